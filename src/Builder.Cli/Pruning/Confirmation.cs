using Builder.Cli.Terminals;

namespace Builder.Cli.Pruning;

/// <summary>Asks before something is removed for good.</summary>
internal static class Confirmation
{
    /// <summary>Asks, unless that isn't wanted.</summary>
    /// <param name="terminal">Where.</param>
    /// <param name="warning">What will happen, without its question.</param>
    /// <param name="isForced">Whether it isn't to be asked.</param>
    /// <returns>Whether it may be done.</returns>
    public static bool Ask(Terminal terminal, string warning, bool isForced)
    {
        return isForced || Prompt.Ask(terminal, $"{warning}\nAre you sure you want to continue? [y/N] ").Trim() is "y" or "Y" or "yes";
    }
}
