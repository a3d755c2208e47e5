using System.Text;
using Builder.Linux;
using Builder.Linux.Terminals;

namespace Builder.Cli.Terminals;

/// <summary>The process's standard streams, and whether a person sits behind them.</summary>
internal sealed class Terminal : IDisposable
{
    private const int FallbackWidth = 80;
    private const int FallbackHeight = 24;
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);
    private readonly Func<(int Width, int Height)> _size;

    /// <summary>Takes the streams as they are; they stay open.</summary>
    public Terminal(Stream input, Stream output, Stream error, TerminalKind kind = TerminalKind.None, Func<(int Width, int Height)>? size = null)
    {
        Input = input;
        Output = output;
        Kind = kind;
        Out = new StreamWriter(output, Utf8, leaveOpen: true) { NewLine = "\n" };
        Error = new StreamWriter(error, Utf8, leaveOpen: true) { AutoFlush = true, NewLine = "\n" };
        _size = size ?? (static () => (FallbackWidth, FallbackHeight));
    }

    /// <summary>Standard input, raw.</summary>
    public Stream Input { get; }

    /// <summary>Standard output, raw: archives and identifiers.</summary>
    public Stream Output { get; }

    /// <summary>Standard output as text.</summary>
    public TextWriter Out { get; }

    /// <summary>Standard error as text: progress and messages.</summary>
    public TextWriter Error { get; }

    /// <summary>Which streams are terminals.</summary>
    public TerminalKind Kind { get; }

    public bool InputIsTerminal => Kind.HasFlag(TerminalKind.Input);

    public bool OutputIsTerminal => Kind.HasFlag(TerminalKind.Output);

    public bool ErrorIsTerminal => Kind.HasFlag(TerminalKind.Error);

    /// <summary>Columns and rows now.</summary>
    public (int Width, int Height) Size
    {
        get
        {
            (int width, int height) = _size();
            return (width > 0 ? width : FallbackWidth, height > 0 ? height : FallbackHeight);
        }
    }

    /// <summary>
    /// The streams of this process. Not <see cref="Console"/>'s: that would switch the terminal to its own settings and watch over children.
    /// </summary>
    public static Terminal OfProcess()
    {
        TerminalKind kind = (TerminalCalls.IsTerminal(0) ? TerminalKind.Input : TerminalKind.None)
            | (TerminalCalls.IsTerminal(1) ? TerminalKind.Output : TerminalKind.None)
            | (TerminalCalls.IsTerminal(2) ? TerminalKind.Error : TerminalKind.None);
        return new Terminal(
            new DescriptorStream(0), new DescriptorStream(1), new DescriptorStream(2), kind, static () => TerminalCalls.ReadSize(2) ?? (0, 0));
    }

    /// <summary>Writes out what is buffered.</summary>
    public void Flush()
    {
        UnlessReaderIsGone(Out.Flush);
        UnlessReaderIsGone(Error.Flush);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        UnlessReaderIsGone(Out.Dispose);
        UnlessReaderIsGone(Error.Dispose);
    }

    // Whoever read it has seen enough: builder images | head -n 1.
    private static void UnlessReaderIsGone(Action write)
    {
        try
        {
            write();
        }
        catch (SyscallException e) when (e.Errno == Errno.EPIPE)
        {
        }
    }
}

/// <summary>Which standard streams are terminals.</summary>
[Flags]
internal enum TerminalKind
{
    None = 0,
    Input = 1,
    Output = 2,
    Error = 4,
}
