namespace Builder.Oci.Images;

/// <summary>Chooses among the manifests of an index.</summary>
public static class PlatformChoice
{
    /// <summary>The manifest for a platform: the exact one, else the nearest older variant, else the only one when it names no platform.</summary>
    /// <returns>Null when there is none.</returns>
    public static Descriptor? Choose(ImageIndex index, Platform platform)
    {
        Descriptor[] images = [.. index.Manifests.Where(m => m.Annotations?.ContainsKey("vnd.docker.reference.type") != true)];
        return images.FirstOrDefault(m => m.Platform == platform)
            ?? OlderVariants(platform).Select(older => images.FirstOrDefault(m => m.Platform == older)).FirstOrDefault(m => m is not null)
            ?? (images is [{ Platform: null }] ? images[0] : null);
    }

    /// <summary>The platforms of an index, for messages.</summary>
    public static string Describe(ImageIndex index)
    {
        string[] known = [.. index.Manifests.Where(m => m.Platform is { Os: not "unknown" }).Select(m => m.Platform!.ToString()).Distinct(StringComparer.Ordinal)]; // the pattern excludes null
        return known.Length == 0 ? "none that says its platform" : string.Join(", ", known);
    }

    // A processor runs what was made for its predecessors: arm/v7 runs v6 and v5, amd64/v3 runs amd64.
    private static IEnumerable<Platform> OlderVariants(Platform platform)
    {
        int first = (platform.Architecture, platform.Variant) switch
        {
            ("arm", "v8") => 7,
            ("arm", "v7") => 6,
            ("arm", "v6") => 5,
            ("amd64", "v4") => 3,
            ("amd64", "v3") => 2,
            _ => 0,
        };
        for (int version = first; version >= (platform.Architecture == "arm" ? 5 : 2); version--) yield return platform with { Variant = $"v{version}" };
        if (platform.Variant is not null) yield return platform with { Variant = null };
    }
}
