using System.Collections.Immutable;

namespace Builder.Cli.Builds;

/// <summary>The build argument that names the machine as RUN steps see it.</summary>
internal static class SandboxHostname
{
    private const string Argument = "BUILDKIT_SANDBOX_HOSTNAME";

    /// <summary>Longest name Linux takes.</summary>
    private const int MaxLength = 64;

    /// <summary>Refuses a value that is no name of a machine: it becomes part of /etc/hosts.</summary>
    /// <exception cref="CommandException">It is none.</exception>
    public static void Check(ImmutableSortedDictionary<string, string> buildArguments)
    {
        if (!buildArguments.TryGetValue(Argument, out string? name) || name.Length == 0) return;
        bool isName = name.Length <= MaxLength && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_');
        if (!isName) throw CommandException.Usage($"invalid {Argument} \"{name}\"", $"it has at most {MaxLength} letters, digits, dots and dashes");
    }
}
