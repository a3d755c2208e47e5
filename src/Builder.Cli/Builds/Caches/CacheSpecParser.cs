using Builder.Cache.Layers;
using Builder.Cache.Sharing;
using Builder.Cli.CommandLine;
using Builder.Cli.Transfers;
using Builder.Oci;
using Builder.Parser.Diagnostics;

namespace Builder.Cli.Builds.Caches;

/// <summary>Reads values of <c>--cache-from</c>, <c>--cache-to</c> and their like for mounts: <c>type=…,key=value</c>, or the name of an image.</summary>
/// <param name="flag">Which flag, for messages.</param>
internal sealed class CacheSpecParser(string flag)
{
    private const string DefaultTag = "latest";
    private static readonly string[] Known = ["local", "registry"];
    private static readonly string[] OfOthers = ["gha", "s3", "azblob"];

    /// <summary>Where a cache is read; null for a kind that builder has not, which is told.</summary>
    /// <exception cref="CommandException">It makes no sense.</exception>
    public CachePlace? From(string text, Action<string> warn)
    {
        if (BareName(text) is { } name) return name;
        Dictionary<string, string> fields = Fields(text);
        string type = Take(fields, "type") ?? throw Wrong(text, "type is missing", "write type=local,src=DIRECTORY or type=registry,ref=NAME");
        if (OfOthers.Contains(type))
        {
            warn($"{flag} type={type} is not supported and has no effect");
            return null;
        }

        if (type == "inline") throw Wrong(text, "what is inline in an image is read with the image", "write type=registry,ref=NAME");
        CachePlace place = Place(text, type, fields, "src");
        RequireNothingLeft(text, type, fields);
        return place;
    }

    /// <summary>Where a cache is written, and how; null for inline.</summary>
    /// <exception cref="CommandException">It makes no sense.</exception>
    public CacheTo? To(string text, bool mayBeInline)
    {
        if (BareName(text) is { } name) return new CacheTo(name);
        Dictionary<string, string> fields = Fields(text);
        string type = Take(fields, "type") ?? throw Wrong(text, "type is missing", "write type=local,dest=DIRECTORY, type=registry,ref=NAME or type=inline");
        if (type == "inline" && mayBeInline) return null;
        if (OfOthers.Contains(type)) throw Wrong(text, $"type={type} is not supported", "use type=local, type=registry or type=inline");
        var to = new CacheTo(Place(text, type, fields, "dest"))
        {
            AllSteps = Mode(text, Take(fields, "mode")),
            IgnoreError = Switch(text, fields, "ignore-error", false),
            Compression = Compression(text, fields),
            Form = Form(text, fields),
            Reset = type == "local" && Switch(text, fields, "reset", false),
        };
        RequireNothingLeft(text, type, fields);
        return to;
    }

    private static string? Take(Dictionary<string, string> fields, string key) => fields.Remove(key, out string? value) ? value : null;

    private static Dictionary<string, string> Fields(string text)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach ((string key, string? value) in CommaSeparated.Pairs(text)) fields[key] = value ?? "";
        return fields;
    }

    private RegistryCachePlace? BareName(string text)
    {
        if (text.Length == 0) throw Wrong(text, "it is empty", "write type=local,… or type=registry,…");
        return text.Contains('=', StringComparison.Ordinal) ? null : new RegistryCachePlace(ImageNames.Parse(text));
    }

    private CachePlace Place(string text, string type, Dictionary<string, string> fields, string directoryKey)
    {
        switch (type)
        {
            case "local":
                if (Take(fields, directoryKey) is not { Length: > 0 } directory) throw Wrong(text, $"{directoryKey} is missing", $"write type=local,{directoryKey}=DIRECTORY");
                return new LocalCachePlace(directory, Take(fields, "tag") ?? DefaultTag, DigestOf(text, Take(fields, "digest")));
            case "registry":
                if (Take(fields, "ref") is not { Length: > 0 } name) throw Wrong(text, "ref is missing", "write type=registry,ref=HOST/NAME:TAG");
                if (Switch(text, fields, "registry.insecure", false)) throw Wrong(text, "registry.insecure is not supported", "say in registries.conf that the registry is insecure");
                return new RegistryCachePlace(ImageNames.Parse(name));
            default:
                string? near = Suggestion.Nearest(type, [.. Known, "inline"]);
                throw Wrong(text, $"there is no type '{type}'", near is null ? "known are local, registry and inline" : $"did you mean '{near}'?");
        }
    }

    private Digest? DigestOf(string text, string? value)
    {
        if (value is null) return null;
        return Digest.TryParse(value, out Digest digest) ? digest : throw Wrong(text, $"'{value}' is not a digest", "write digest=sha256:…");
    }

    private bool Mode(string text, string? mode) => mode switch
    {
        null or "" or "min" => false,
        "max" => true,
        _ => throw Wrong(text, $"there is no mode '{mode}'", "min has the layers of the result, max those of all steps"),
    };

    private CompressionChoice Compression(string text, Dictionary<string, string> fields)
    {
        bool force = Switch(text, fields, "force-compression", false);
        return CompressionFlags.Parse(Take(fields, "compression"), Take(fields, "compression-level"), force, "compression", "compression-level");
    }

    private CacheManifestForm Form(string text, Dictionary<string, string> fields)
    {
        bool oci = Switch(text, fields, "oci-mediatypes", true);
        bool isImage = Switch(text, fields, "image-manifest", oci);
        return !isImage || oci ? new CacheManifestForm(isImage, oci) : throw Wrong(text, "image-manifest=true needs oci-mediatypes=true", "leave one of them out");
    }

    private bool Switch(string text, Dictionary<string, string> fields, string key, bool usual) => Take(fields, key) switch
    {
        null => usual,
        "true" or "1" or "t" or "" => true,
        "false" or "0" or "f" => false,
        { } value => throw Wrong(text, $"{key} is '{value}'", "write true or false"),
    };

    private void RequireNothingLeft(string text, string type, Dictionary<string, string> fields)
    {
        if (fields.Keys.FirstOrDefault() is { } left) throw Wrong(text, $"there is no key '{left}' for type={type}", "builder build --help tells what there is");
    }

    private CommandException Wrong(string text, string reason, string hint) => CommandException.Usage($"invalid {flag} \"{text}\": {reason}", hint);
}
