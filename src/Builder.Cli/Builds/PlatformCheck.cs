using Builder.Cli.Hosting;
using Builder.Oci;

namespace Builder.Cli.Builds;

/// <summary>Reads platforms that come from the command line.</summary>
internal static class PlatformCheck
{
    /// <summary>The platform of a command that takes one: what is said last, else what the environment says, else null.</summary>
    /// <exception cref="CommandException">Malformed.</exception>
    public static Platform? OfImage(IReadOnlyCollection<string> values, HostEnvironment? environment = null)
    {
        string? wanted = values.LastOrDefault() ?? environment?.Variable("DOCKER_DEFAULT_PLATFORM");
        return string.IsNullOrEmpty(wanted) ? null : Parse(wanted);
    }

    /// <summary>The platforms that <c>--platform</c> of a build asks for, each once; none when nothing is said.</summary>
    /// <exception cref="CommandException">Malformed, or of another system.</exception>
    public static IReadOnlyList<Platform> OfBuild(IReadOnlyCollection<string> values)
    {
        Platform[] wanted = [.. values.Select(ParseFlag).Distinct()];
        if (Array.Find(wanted, platform => platform.Os != "linux") is { } other)
            throw CommandException.Usage($"platform {other} is not supported: images for linux are built, and no others");
        return wanted;
    }

    private static Platform ParseFlag(string value)
    {
        try
        {
            return Parse(value);
        }
        catch (CommandException e)
        {
            throw new CommandException(e.Message, ExitCode.Refused, inner: e);
        }
    }

    /// <summary>One value.</summary>
    /// <exception cref="CommandException">Malformed.</exception>
    public static Platform Parse(string value)
    {
        try
        {
            return Platform.Parse(value);
        }
        catch (FormatException e)
        {
            throw new CommandException($"invalid --platform: {e.Message}", inner: e);
        }
    }
}
