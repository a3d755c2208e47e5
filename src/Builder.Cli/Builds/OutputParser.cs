using Builder.Cli.CommandLine;
using Builder.Oci;
using Builder.Oci.Collections;
using Builder.Parser.Diagnostics;

namespace Builder.Cli.Builds;

/// <summary>Reads values of <c>--output</c>.</summary>
internal static class OutputParser
{
    private const string Standard = "-";

    // Attributes of image outputs that change nothing here.
    private static readonly HashSet<string> HarmlessAttributes = new(StringComparer.Ordinal)
    {
        "unpack", "store", "name-canonical", "attestation-prefix", "attestation-inline", "platform-split", "context",
        "dangling-name-prefix", "danging-name-empty-only", "prefer-nondist-layers", "compatibility-version",
    };

    /// <summary>One value: <c>type=…,key=value</c>, a directory, or <c>-</c>.</summary>
    /// <param name="text">As typed.</param>
    /// <param name="outputIsTerminal">Whether standard output is a terminal, which no archive is written to.</param>
    /// <exception cref="CommandException">It makes no sense.</exception>
    public static OutputSpec Parse(string text, bool outputIsTerminal)
    {
        if (text.Length == 0) throw CommandException.Usage("invalid --output: the value is empty");
        IReadOnlyList<string> fields = CommaSeparated.Fields(text);
        if (fields.Count == 1 && fields[0] == text && !text.StartsWith("type=", StringComparison.Ordinal))
            return text == Standard ? new TarOutput(Standard.NotOnTerminal(outputIsTerminal, "tar")) : new DirectoryOutput(text);

        var attributes = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach ((string key, string? value) in Pairs(fields))
        {
            if (value is null) throw CommandException.Usage($"invalid --output value \"{key}\": expected key=value");
            attributes[key] = value;
        }

        if (!attributes.Remove("type", out string? type)) throw CommandException.Usage($"invalid --output \"{text}\": type is missing");
        attributes.Remove("dest", out string? destination);
        EquatableArray<ImageReference> names = attributes.Remove("name", out string? list) ? Names(list) : [];
        bool rewritesTimes = OutputForm.Switch(type, attributes, "rewrite-timestamp");
        OutputSpec spec = Make(type, destination, names, attributes, outputIsTerminal);
        if (attributes.Keys.FirstOrDefault(k => !HarmlessAttributes.Contains(k)) is { } unknown)
            throw CommandException.Usage($"--output type={type}: '{unknown}' is not supported");
        return spec with { RewritesTimes = rewritesTimes };
    }

    private static OutputSpec Make(
        string type, string? destination, EquatableArray<ImageReference> names, Dictionary<string, string> attributes, bool outputIsTerminal)
    {
        switch (type)
        {
            case "docker" when destination is null:
                return new StoreOutput(names);
            case "docker":
                CheckUncompressed(type, attributes);
                return Archive(ArchiveFormat.Docker, type, destination, names, attributes, outputIsTerminal);
            case "oci":
                return Archive(ArchiveFormat.Oci, type, destination ?? Standard, names, attributes, outputIsTerminal) with { Form = OutputForm.Archive(type, attributes) };
            case "tar":
                return new TarOutput((destination ?? Standard).NotOnTerminal(outputIsTerminal, type)) { SplitsPlatforms = Split(type, attributes), AttestationPrefix = Prefix(type, attributes) };
            case "local":
                return destination switch
                {
                    null or "" => throw CommandException.Usage("--output type=local needs dest=DIRECTORY"),
                    Standard => throw CommandException.Usage("--output type=local can't write to standard output", "use type=tar,dest=-"),
                    _ => LocalMode(destination, attributes),
                };
            case "image":
                return OutputForm.Switch(type, attributes, "push") ? Registry(type, names, attributes) : StoreOnly(type, names, attributes);
            case "registry":
                attributes.Remove("push");
                return Registry(type, names, attributes);
            case "cacheonly":
                return new CacheOnlyOutput();
            default:
                string? near = Suggestion.Nearest(type, ["docker", "oci", "tar", "local", "image", "registry", "cacheonly"]);
                throw CommandException.Usage(
                    $"--output: unknown type '{type}'", near is null ? "known are docker, oci, tar, local, image, registry and cacheonly" : $"did you mean '{near}'?");
        }
    }

    private static ArchiveOutput Archive(
        ArchiveFormat format, string type, string destination, EquatableArray<ImageReference> names, Dictionary<string, string> attributes, bool outputIsTerminal)
    {
        bool isDirectory = attributes.ContainsKey("tar") && !OutputForm.Switch(type, attributes, "tar");
        if (isDirectory && destination is Standard or "") throw CommandException.Usage($"--output type={type},tar=false needs dest=DIRECTORY");
        return new ArchiveOutput(format, isDirectory ? destination : destination.NotOnTerminal(outputIsTerminal, type), names) { IsDirectory = isDirectory };
    }

    private static DirectoryOutput LocalMode(string destination, Dictionary<string, string> attributes)
    {
        if (attributes.Remove("mode", out string? mode) && mode != "copy") throw CommandException.Usage($"--output type=local,mode={mode} is not supported");
        return new DirectoryOutput(destination) { SplitsPlatforms = Split("local", attributes), AttestationPrefix = Prefix("local", attributes) };
    }

    private static string Prefix(string type, Dictionary<string, string> attributes) =>
        !attributes.TryGetValue("attestation-prefix", out string? prefix) ? ""
        : prefix.Contains('/', StringComparison.Ordinal) ? throw CommandException.Usage($"--output type={type}: invalid attestation-prefix \"{prefix}\": it can't have a slash")
        : prefix;

    private static bool? Split(string type, Dictionary<string, string> attributes) =>
        attributes.ContainsKey("platform-split") ? OutputForm.Switch(type, attributes, "platform-split") : null;

    private static RegistryOutput Registry(string type, EquatableArray<ImageReference> names, Dictionary<string, string> attributes)
    {
        if (attributes.Remove("registry.insecure", out string? insecure) && insecure is "true" or "1")
            throw CommandException.Usage($"--output type={type}: registry.insecure is not supported", "say in registries.conf that the registry is insecure");
        bool byDigest = OutputForm.Switch(type, attributes, "push-by-digest");
        bool isStored = type == "image" && !(attributes.TryGetValue("store", out string? store) && store is "false" or "0");
        return new RegistryOutput(names, OutputForm.Push(type, attributes)) { ByDigest = byDigest, IsStored = isStored };
    }

    // How layers are compressed is decided when they leave the store.
    private static StoreOutput StoreOnly(string type, EquatableArray<ImageReference> names, Dictionary<string, string> attributes)
    {
        int before = attributes.Count;
        Transfers.PushOptions form = OutputForm.Push(type, attributes);
        return new StoreOutput(names) { Form = attributes.Count == before ? null : form };
    }

    private static void CheckUncompressed(string type, Dictionary<string, string> attributes)
    {
        OutputForm.Switch(type, attributes, "force-compression");
        attributes.Remove("compression-level");
        attributes.Remove("oci-mediatypes");
        if (attributes.Remove("compression", out string? compression) && compression != "uncompressed")
            throw CommandException.Usage($"--output type={type},compression={compression} is not supported: in an archive for docker load layers are written uncompressed");
    }

    // Keys are lower-cased, but for the part of an annotation that is its name.
    private static IEnumerable<(string Key, string? Value)> Pairs(IEnumerable<string> fields) => fields.Select(static field =>
    {
        (string key, string? value) = KeyValues.Split(field);
        string lower = key.Trim().ToLowerInvariant();
        return (lower.StartsWith("annotation", StringComparison.Ordinal) ? key.Trim() : lower, value);
    });

    private static EquatableArray<ImageReference> Names(string list) =>
        [.. list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(ImageNames.ParseTagFlag)];

    private static string NotOnTerminal(this string destination, bool outputIsTerminal, string type)
    {
        if (destination.Length == 0) throw CommandException.Usage($"--output type={type}: dest is empty");
        if (destination == Standard && outputIsTerminal)
            throw CommandException.Usage("refusing to write an archive to the terminal", $"name a file with --output type={type},dest=FILE, or redirect the output");
        return destination;
    }
}
