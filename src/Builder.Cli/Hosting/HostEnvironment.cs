using System.Collections;
using System.Collections.Immutable;

namespace Builder.Cli.Hosting;

/// <summary>What a command may know of its surroundings besides its arguments.</summary>
/// <param name="Variables">Environment variables.</param>
/// <param name="WorkingDirectory">Absolute; what relative paths of the command line refer to.</param>
internal sealed record HostEnvironment(ImmutableDictionary<string, string> Variables, string WorkingDirectory)
{
    /// <summary>The value of a variable, or null when it is unset or empty.</summary>
    public string? Variable(string name) => Variables.TryGetValue(name, out string? value) && value.Length > 0 ? value : null;

    /// <summary>Whether a yes/no variable says yes.</summary>
    public bool IsOn(string name) => Variable(name) is { } value && value is not ("0" or "false");

    /// <summary>A path of the command line made absolute.</summary>
    public string FullPath(string path) => Path.GetFullPath(path, WorkingDirectory);

    /// <summary>That of this process.</summary>
    public static HostEnvironment OfProcess()
    {
        ImmutableDictionary<string, string>.Builder variables = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (DictionaryEntry entry in Environment.GetEnvironmentVariables())
            variables[(string)entry.Key] = (string?)entry.Value ?? "";
        try
        {
            return new HostEnvironment(variables.ToImmutable(), Environment.CurrentDirectory);
        }
        catch (IOException e)
        {
            throw new CommandException("the current directory no longer exists", ExitCode.Refused, "change to another directory first", e);
        }
    }
}
