using Builder.Graph.Shell;

namespace Builder.Graph.Checks;

/// <summary>What checks ask of apt-get commands.</summary>
internal static class AptGet
{
    /// <summary>Whether it is <c>apt-get ACTION</c>.</summary>
    public static bool Is(SimpleCommand command, string action) =>
        command.Name is "apt-get" or "apt" && command.Arguments.FirstOrDefault(word => !word.Text.StartsWith('-'))?.Text == action;

    /// <summary>The word of the action.</summary>
    public static ShellWord ActionOf(SimpleCommand command) => command.Arguments.First(word => !word.Text.StartsWith('-'));

    /// <summary>Whether the Dockerfile sets an option of apt for good: then commands needn't.</summary>
    public static bool IsConfigured(CheckContext context, string option) => context.Source.Text.Contains(option, StringComparison.OrdinalIgnoreCase);
}
