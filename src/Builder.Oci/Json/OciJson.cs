using System.Collections;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Builder.Oci.Collections;
using Builder.Oci.Images;

namespace Builder.Oci.Json;

/// <summary>
/// Reads and writes image documents. Reading forgives what Go forgives (null for any field), refuses the rest with
/// <see cref="OciFormatException"/>; writing leaves out what Go's <c>omitempty</c> leaves out and is deterministic.
/// </summary>
public static class OciJson
{
    /// <summary>Largest config, manifest or index that is read, in bytes.</summary>
    public const int MaxDocumentSize = 4 << 20;

    internal const int MaxDepth = 64;

    // An empty list says "no command", null says "not set": both have a meaning for these and survive.
    private static readonly string[] MeaningfulWhenEmpty = ["Cmd", "Entrypoint", "Shell", "diff_ids", "layers", "manifests", "Layers", "RepoTags", "architecture", "os"];

    private static readonly JsonSerializerOptions Options = new(OciJsonContext.Default.Options)
    {
        // Not escaping keeps labels and commands readable; these documents are never put into a web page.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        TypeInfoResolver = OciJsonContext.Default.WithAddedModifier(OmitEmpty),
    };

    /// <summary>Reads an image config.</summary>
    /// <exception cref="OciFormatException">Too large or malformed.</exception>
    public static ImageConfig ReadConfig(ReadOnlySpan<byte> json)
    {
        ImageConfig config = Read<ImageConfig>(json, "image config");
        return config with
        {
            Architecture = config.Architecture ?? "",
            Os = config.Os ?? "",
            Config = Repair(config.Config ?? new ContainerConfig()),
            RootFs = new RootFs { DiffIds = config.RootFs?.DiffIds ?? default },
        };
    }

    /// <summary>Writes an image config.</summary>
    public static byte[] WriteConfig(ImageConfig config) => Write(config);

    /// <summary>Reads an image manifest, OCI or Docker schema 2.</summary>
    /// <exception cref="OciFormatException">Too large, malformed, or of another schema.</exception>
    public static ImageManifest ReadManifest(ReadOnlySpan<byte> json)
    {
        ImageManifest manifest = Read<ImageManifest>(json, "image manifest");
        if (manifest.SchemaVersion != 2) throw new OciFormatException($"the image manifest has schema version {manifest.SchemaVersion}; only 2 is supported");
        if (manifest.Config is null) throw new OciFormatException("the image manifest has no config");
        Check(manifest.Config, "image manifest");
        foreach (Descriptor layer in manifest.Layers) Check(layer, "image manifest");
        return manifest;
    }

    /// <summary>Writes an image manifest.</summary>
    public static byte[] WriteManifest(ImageManifest manifest) => Write(manifest);

    /// <summary>Reads an image index or manifest list.</summary>
    /// <exception cref="OciFormatException">Too large, malformed, or of another schema.</exception>
    public static ImageIndex ReadIndex(ReadOnlySpan<byte> json)
    {
        ImageIndex index = Read<ImageIndex>(json, "image index");
        if (index.SchemaVersion != 2) throw new OciFormatException($"the image index has schema version {index.SchemaVersion}; only 2 is supported");
        foreach (Descriptor manifest in index.Manifests) Check(manifest, "image index");
        return index;
    }

    /// <summary>Writes an image index.</summary>
    public static byte[] WriteIndex(ImageIndex index) => Write(index);

    internal static EquatableArray<DockerArchiveImage> ReadDockerArchive(ReadOnlySpan<byte> json) =>
        Read<EquatableArray<DockerArchiveImage>>(json, "manifest.json");

    internal static byte[] WriteDockerArchive(EquatableArray<DockerArchiveImage> images) => Write(images);

    private static T Read<T>(ReadOnlySpan<byte> json, string what)
    {
        if (json.Length > MaxDocumentSize) throw new OciFormatException($"the {what} is larger than {MaxDocumentSize} bytes");
        try
        {
            if (!JsonText.IsSound(json)) throw new OciFormatException($"the {what} is malformed: it has text that is not Unicode");
            return JsonSerializer.Deserialize(json, (JsonTypeInfo<T>)Options.GetTypeInfo(typeof(T)))
                ?? throw new OciFormatException($"the {what} is null");
        }
        catch (JsonException error)
        {
            throw new OciFormatException($"the {what} is malformed: {error.Message}", error);
        }
    }

    private static byte[] Write<T>(T value) => JsonSerializer.SerializeToUtf8Bytes(value, (JsonTypeInfo<T>)Options.GetTypeInfo(typeof(T)));

    private static void Check(Descriptor descriptor, string what)
    {
        if (descriptor.Size < 0) throw new OciFormatException($"the {what} gives {descriptor.Digest} the size {descriptor.Size}");
        if (descriptor.MediaType is null) throw new OciFormatException($"the {what} gives {descriptor.Digest} no media type");
    }

    private static ContainerConfig Repair(ContainerConfig config) =>
        config with { User = NullIfEmpty(config.User), WorkingDir = NullIfEmpty(config.WorkingDir), StopSignal = NullIfEmpty(config.StopSignal) };

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;

    private static void OmitEmpty(JsonTypeInfo type)
    {
        foreach (JsonPropertyInfo property in type.Properties)
        {
            if (property.IsExtensionData || property.Name is "schemaVersion" or "size") continue;
            bool keepEmpty = MeaningfulWhenEmpty.Contains(property.Name, StringComparer.Ordinal);
            property.ShouldSerialize = (_, value) => value switch
            {
                null => false,
                string text => keepEmpty || text.Length > 0,
                bool flag => flag,
                int number => number != 0,
                long number => number != 0,
                IEnumerable items => keepEmpty || items.GetEnumerator().MoveNext(),
                _ => true,
            };
        }
    }
}
