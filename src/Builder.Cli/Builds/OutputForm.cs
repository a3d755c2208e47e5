using Builder.Cli.Transfers;
using Builder.Executor.Exports;
using Builder.Oci.Images;

namespace Builder.Cli.Builds;

/// <summary>Reads the attributes of <c>--output</c> that say in which form an image leaves the store; takes out what it has read.</summary>
internal static class OutputForm
{
    /// <summary>For a registry: gzip when nothing is said.</summary>
    /// <exception cref="CommandException">They make no sense.</exception>
    public static PushOptions Push(string type, Dictionary<string, string> attributes)
    {
        bool? oci = attributes.ContainsKey("oci-mediatypes") ? Switch(type, attributes, "oci-mediatypes") : null;
        return new PushOptions { Compression = Compression(type, attributes), OciMediaTypes = oci, Annotations = Annotations(type, attributes) };
    }

    /// <summary>For an archive: null, layers as they are stored, when nothing is said.</summary>
    /// <exception cref="CommandException">They make no sense.</exception>
    public static ArchiveForm? Archive(string type, Dictionary<string, string> attributes)
    {
        // An OCI archive has OCI's media types whatever is said, as with BuildKit.
        attributes.Remove("oci-mediatypes");
        bool isChosen = attributes.ContainsKey("compression") || attributes.ContainsKey("compression-level") || attributes.ContainsKey("force-compression");
        var form = new ArchiveForm(isChosen ? Compression(type, attributes) : null, Annotations(type, attributes));
        return isChosen || form.Annotations.All.Count > 0 ? form : null;
    }

    /// <summary>A yes or no; no when it isn't there.</summary>
    /// <exception cref="CommandException">Neither.</exception>
    public static bool Switch(string type, Dictionary<string, string> attributes, string name) => attributes.Remove(name, out string? value) && value switch
    {
        "true" or "1" or "t" or "" => true,
        "false" or "0" or "f" => false,
        _ => throw CommandException.Usage($"--output type={type}: invalid {name} \"{value}\": expected true or false"),
    };

    private static Cache.Layers.CompressionChoice Compression(string type, Dictionary<string, string> attributes)
    {
        bool force = Switch(type, attributes, "force-compression");
        attributes.Remove("compression", out string? kind);
        attributes.Remove("compression-level", out string? level);
        return CompressionFlags.Parse(kind, level, force, "compression", "compression-level");
    }

    private static ImageAnnotations Annotations(string type, Dictionary<string, string> attributes)
    {
        var annotations = new List<ImageAnnotation>();
        foreach (string key in attributes.Keys.Where(key => key.StartsWith("annotation", StringComparison.Ordinal)).ToList())
        {
            int dot = key.IndexOf('.', StringComparison.Ordinal);
            if (dot < 0) throw CommandException.Usage($"--output type={type}: invalid attribute '{key}': expected annotation.NAME=value");
            string kind = key["annotation".Length..dot].TrimStart('-');
            annotations.Add(AnnotationFlags.One(kind, key[(dot + 1)..], attributes[key]));
            attributes.Remove(key);
        }

        return new ImageAnnotations([.. annotations]);
    }
}
