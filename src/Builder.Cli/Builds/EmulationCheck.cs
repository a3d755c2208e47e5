using Builder.Cache.Images;
using Builder.Graph;
using Builder.Graph.Operations;
using Builder.Oci;
using Builder.Parser;
using Builder.Parser.Diagnostics;
using Builder.Parser.Text;

namespace Builder.Cli.Builds;

/// <summary>Finds commands that this machine can't run, before anything is done for them.</summary>
internal static class EmulationCheck
{
    private const string Code = "BLD4002";
    private const string Registered = "/proc/sys/fs/binfmt_misc";

    /// <summary>The first command for a platform that needs an emulator which isn't there, or null.</summary>
    public static Diagnostic? Find(BuildGraph graph, ParseResult parsed)
    {
        foreach (Vertex vertex in graph.Vertices)
        {
            if (vertex.Operation is not ExecOperation || vertex.Origin.Platform is not { } platform || CanRun(platform, IsRegistered)) continue;
            return new Diagnostic(
                Code,
                Severity.Error,
                $"this command is for {platform}, and this machine runs {Platform.Current}: no emulator is registered in {Registered}",
                SpanOf(vertex.Origin.Line, parsed),
                $"install what registers {Emulator(platform.Architecture)} (Debian's qemu-user-static), or do the work in a stage FROM --platform=$BUILDPLATFORM");
        }

        return null;
    }

    /// <summary>Refuses to run an image that needs an emulator which isn't there.</summary>
    /// <exception cref="CommandException">It does.</exception>
    public static void Require(StoredImage image)
    {
        if (CanRun(image.Platform, IsRegistered)) return;
        throw new CommandException(
            $"the image is for {image.Platform}, and this machine runs {Platform.Current}: no emulator is registered in {Registered}",
            hint: $"install what registers {Emulator(image.Platform.Architecture)} (Debian's qemu-user-static)");
    }

    /// <summary>Whether programs for a platform run here, the kernel's help included.</summary>
    /// <param name="platform">What they are made for.</param>
    /// <param name="isRegistered">Whether there is an emulator of a name.</param>
    internal static bool CanRun(Platform platform, Func<string, bool> isRegistered)
    {
        (string own, string wanted) = (Platform.Current.Architecture, platform.Architecture);
        if (platform.Os.Length == 0 || wanted.Length == 0 || own == wanted || (own, wanted) is ("amd64", "386") or ("arm64", "arm")) return true;
        return isRegistered(Emulator(wanted));
    }

    // As qemu calls its targets; podman's and docker's helpers register them by these names.
    private static string Emulator(string architecture) => "qemu-" + architecture switch
    {
        "amd64" => "x86_64",
        "arm64" => "aarch64",
        "386" => "i386",
        "mips64le" => "mips64el",
        "mipsle" => "mipsel",
        "loong64" => "loongarch64",
        _ => architecture,
    };

    // Flag F: opened when it was registered, so that it works where its file isn't.
    private static bool IsRegistered(string emulator)
    {
        string path = Path.Combine(Registered, emulator);
        if (!File.Exists(path)) return false;
        string[] lines = File.ReadAllLines(path);
        return lines is ["enabled", ..] && Array.Exists(lines, line => line.StartsWith("flags:", StringComparison.Ordinal) && line.Contains('F', StringComparison.Ordinal));
    }

    private static SourceSpan SpanOf(int line, ParseResult parsed) =>
        parsed.Dockerfile.Instructions.LastOrDefault(i => parsed.Source.PositionOf(i.Span.Start).Line <= line)?.Span ?? new SourceSpan(0, 0);
}
