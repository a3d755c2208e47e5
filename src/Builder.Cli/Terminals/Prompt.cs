using System.Text;
using Builder.Linux.Terminals;

namespace Builder.Cli.Terminals;

/// <summary>Asks the person at the terminal.</summary>
internal static class Prompt
{
    private const int LongestAnswer = 4096; // a terminal's own limit for a line: termios(3)

    /// <summary>Asks for a line.</summary>
    /// <param name="terminal">Where.</param>
    /// <param name="question">As it is shown, with the blank behind it.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public static async Task<string> AskAsync(Terminal terminal, string question, CancellationToken cancellationToken)
    {
        Show(terminal, question);
        return await Task.Run(() => ReadLine(terminal.Input), CancellationToken.None).WaitAsync(cancellationToken);
    }

    /// <summary>Asks for a line that isn't shown while it is typed.</summary>
    /// <inheritdoc cref="AskAsync" path="/param"/>
    public static async Task<string> AskSecretAsync(Terminal terminal, string question, CancellationToken cancellationToken)
    {
        byte[]? settings = TerminalCalls.IsTerminal(0) ? TerminalCalls.ReadSettings(0) : null;
        if (settings is not null) TerminalCalls.WriteSettings(0, TerminalCalls.WithoutEcho(settings));
        try
        {
            return await AskAsync(terminal, question, cancellationToken);
        }
        finally
        {
            if (settings is not null) TerminalCalls.WriteSettings(0, settings);
            Show(terminal, "\n");
        }
    }

    /// <summary>Asks a question and takes what comes on standard input, a terminal or not, for the answer.</summary>
    /// <inheritdoc cref="AskAsync" path="/param"/>
    public static string Ask(Terminal terminal, string question)
    {
        Show(terminal, question);
        return ReadLine(terminal.Input);
    }

    private static void Show(Terminal terminal, string text)
    {
        terminal.Out.Write(text);
        terminal.Out.Flush();
    }

    // Byte for byte: what follows the answer is not ours to read.
    private static string ReadLine(Stream input)
    {
        List<byte> line = [];
        while (line.Count < LongestAnswer && input.ReadByte() is >= 0 and not '\n' and var next) line.Add((byte)next);
        return Encoding.UTF8.GetString([.. line]).TrimEnd('\r');
    }
}
