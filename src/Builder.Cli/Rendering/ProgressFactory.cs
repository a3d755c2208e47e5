using Builder.Cli.Builds;
using Builder.Cli.Hosting;

namespace Builder.Cli.Rendering;

/// <summary>Chooses how progress is shown.</summary>
internal static class ProgressFactory
{
    /// <summary>The display for a mode.</summary>
    public static IBuildProgress Create(ProgressMode mode, CommandContext context) => mode switch
    {
        ProgressMode.Quiet or ProgressMode.None => new QuietProgress(),
        ProgressMode.Plain => new PlainProgress(context.Terminal.Error),
        ProgressMode.Auto when !context.Terminal.ErrorIsTerminal || context.Environment.Variable("TERM") is null or "dumb" =>
            new PlainProgress(context.Terminal.Error),
        _ => new TtyProgress(context.Terminal, context.Time, UseColors(context)),
    };

    /// <summary>Whether colours may be used on standard error.</summary>
    public static bool UseColors(CommandContext context) => context.Terminal.ErrorIsTerminal && context.Environment.Variable("NO_COLOR") is null;
}
