using Builder.Cli.CommandLine;
using Builder.Oci;
using Builder.Oci.Images;

namespace Builder.Cli.Builds;

/// <summary>Reads annotations: <c>[type][[platform]]:key=value</c>.</summary>
internal static class AnnotationFlags
{
    /// <summary>Values of <c>--annotation</c>.</summary>
    /// <exception cref="CommandException">One makes no sense.</exception>
    public static ImageAnnotations Parse(IEnumerable<string> values)
    {
        var result = new List<ImageAnnotation>();
        foreach (string text in values)
        {
            (string key, string? value) = KeyValues.Split(text);
            if (value is null || key.Length == 0) throw CommandException.Usage($"invalid --annotation \"{text}\": expected key=value");
            int colon = key.IndexOf(':', StringComparison.Ordinal);
            string[] kinds = colon < 0 ? [""] : key[..colon].Split(',');
            foreach (string kind in kinds) result.Add(One(kind, key[(colon + 1)..], value));
        }

        return new ImageAnnotations([.. result]);
    }

    /// <summary>One of them.</summary>
    /// <param name="kind">What it is for (empty: the manifest), perhaps with a platform in brackets.</param>
    /// <param name="name">Its name.</param>
    /// <param name="value">Its value.</param>
    /// <exception cref="CommandException">It is for something unknown, or has no name.</exception>
    public static ImageAnnotation One(string kind, string name, string value)
    {
        if (name.Length == 0) throw CommandException.Usage("invalid annotation: the name is missing");
        int bracket = kind.IndexOf('[', StringComparison.Ordinal);
        Platform? platform = null;
        if (bracket >= 0 && kind.EndsWith(']')) (platform, kind) = (PlatformCheck.Parse(kind[(bracket + 1)..^1]), kind[..bracket]);
        return new ImageAnnotation(Kind(kind), platform, name, value);
    }

    /// <summary>Refuses what only an index can carry.</summary>
    /// <exception cref="CommandException">There is such a one.</exception>
    public static void RequireNoIndex(ImageAnnotations annotations)
    {
        if (annotations.FirstOfIndex is { } found)
            throw CommandException.Usage($"annotation type \"{Text(found.Kind)}\" is not supported here: one plain manifest is written, no index", "use manifest, or build for several platforms");
    }

    private static AnnotationKind Kind(string kind) => kind switch
    {
        "" or "manifest" => AnnotationKind.Manifest,
        "index" => AnnotationKind.Index,
        "manifest-descriptor" => AnnotationKind.ManifestDescriptor,
        "index-descriptor" => AnnotationKind.IndexDescriptor,
        _ => throw CommandException.Usage($"unknown annotation type \"{kind}\"", "known are manifest, manifest-descriptor, index and index-descriptor"),
    };

    private static string Text(AnnotationKind kind) => kind switch
    {
        AnnotationKind.Index => "index",
        AnnotationKind.ManifestDescriptor => "manifest-descriptor",
        AnnotationKind.IndexDescriptor => "index-descriptor",
        _ => "manifest",
    };
}
