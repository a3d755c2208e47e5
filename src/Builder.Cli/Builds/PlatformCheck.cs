using Builder.Oci;

namespace Builder.Cli.Builds;

/// <summary>Refuses platforms other than the machine's own.</summary>
internal static class PlatformCheck
{
    /// <summary>Checks values of <c>--platform</c>.</summary>
    /// <exception cref="CommandException">Malformed, several, or foreign.</exception>
    public static void RequireOwn(IReadOnlyCollection<string> values)
    {
        if (values.Count > 1) throw CommandException.Usage("several platforms are not supported yet", $"this machine builds for {Platform.Current}");
        foreach (string value in values)
        {
            Platform platform = Parse(value);
            if (platform != Platform.Current)
                throw CommandException.Usage($"platform {platform} is not supported: this machine builds for {Platform.Current} only");
        }
    }

    /// <summary>The platform that <c>--platform</c> of a build asks for, or null when nothing is said.</summary>
    /// <exception cref="CommandException">Malformed, several, or of another system.</exception>
    public static Platform? OfBuild(IReadOnlyCollection<string> values)
    {
        Platform[] wanted = [.. values.Select(Parse).Distinct()];
        if (wanted.Length > 1) throw CommandException.Usage("several platforms are not supported yet", "build one after the other, push each, and put them together with: builder manifest create");
        if (wanted is [{ Os: not "linux" } other]) throw CommandException.Usage($"platform {other} is not supported: images for linux are built, and no others");
        return wanted.Length == 1 ? wanted[0] : null;
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
            throw new CommandException($"invalid --platform: {e.Message}", ExitCode.Refused, inner: e);
        }
    }
}
