using System.Text;
using Builder.Cli.Terminals;

namespace Builder.Cli.Pruning;

/// <summary>Asks before something is removed for good.</summary>
internal static class Confirmation
{
    private const int LongestAnswer = 100;

    /// <summary>Asks, unless that isn't wanted.</summary>
    /// <param name="terminal">Where.</param>
    /// <param name="warning">What will happen, without its question.</param>
    /// <param name="isForced">Whether it isn't to be asked.</param>
    /// <returns>Whether it may be done.</returns>
    public static bool Ask(Terminal terminal, string warning, bool isForced)
    {
        if (isForced) return true;
        terminal.Out.Write($"{warning}\nAre you sure you want to continue? [y/N] ");
        terminal.Out.Flush();
        return ReadLine(terminal.Input).Trim() is "y" or "Y" or "yes";
    }

    // Byte for byte: what follows the answer is not ours to read.
    private static string ReadLine(Stream input)
    {
        List<byte> line = [];
        while (line.Count < LongestAnswer && input.ReadByte() is >= 0 and not '\n' and var next) line.Add((byte)next);
        return Encoding.UTF8.GetString([.. line]);
    }
}
