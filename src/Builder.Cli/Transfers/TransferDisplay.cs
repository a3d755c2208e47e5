using Builder.Cli.Hosting;

namespace Builder.Cli.Transfers;

/// <summary>Shows a pull or push as docker does: on a terminal a line per layer with a bar, elsewhere a line for each new state.</summary>
internal static class TransferDisplay
{
    /// <summary>The display for where standard output goes.</summary>
    public static TransferReporting Create(CommandContext context, bool quiet)
    {
        if (quiet) return new QuietTransfers();
        bool draws = context.Terminal.OutputIsTerminal && context.Environment.Variable("TERM") is not (null or "dumb");
        return draws ? new TtyTransfers(context.Terminal, context.Time) : new PlainTransfers(context.Terminal.Out);
    }
}

/// <summary>What all displays of transfers have.</summary>
internal abstract class TransferReporting : ITransferReporter, IDisposable
{
    /// <summary>Serialises what is shown.</summary>
    protected Lock Gate { get; } = new();

    /// <summary>A line of its own; layers that come later are shown below it.</summary>
    public abstract void Line(string text);

    /// <inheritdoc/>
    public void Task(string name, bool done)
    {
        // docker shows layers only.
    }

    /// <inheritdoc/>
    public abstract void Layer(string layer, string state);

    /// <inheritdoc/>
    public abstract void Progress(string layer, string action, long current, long total);

    /// <inheritdoc/>
    public virtual void Dispose()
    {
    }
}

/// <summary>Nothing but what the command itself prints.</summary>
internal sealed class QuietTransfers : TransferReporting
{
    /// <inheritdoc/>
    public override void Line(string text)
    {
        // Quiet.
    }

    /// <inheritdoc/>
    public override void Layer(string layer, string state)
    {
        // Quiet.
    }

    /// <inheritdoc/>
    public override void Progress(string layer, string action, long current, long total)
    {
        // Quiet.
    }
}

/// <summary>Lines, for logs.</summary>
internal sealed class PlainTransfers(TextWriter writer) : TransferReporting
{
    /// <inheritdoc/>
    public override void Line(string text)
    {
        lock (Gate)
        {
            writer.Write(text + "\n");
            writer.Flush();
        }
    }

    /// <inheritdoc/>
    public override void Layer(string layer, string state) => Line($"{layer}: {state}");

    /// <inheritdoc/>
    public override void Progress(string layer, string action, long current, long total)
    {
        // A log is told when a state changes.
    }
}
