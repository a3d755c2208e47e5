using System.Globalization;

namespace Builder.Oci.Images;

/// <summary>Chooses among the manifests of an index.</summary>
public static class PlatformChoice
{
    private const int OldestArm = 5, NewestArm = 8;

    /// <summary>The manifest for a platform: the first of those that come nearest (<see cref="WhatRunsOn"/>), else the only one that names no platform.</summary>
    /// <returns>Null when there is none.</returns>
    public static Descriptor? Choose(ImageIndex index, Platform platform)
    {
        Descriptor[] images = [.. index.Manifests.Where(m => m.Annotations?.ContainsKey("vnd.docker.reference.type") != true)];
        Descriptor? nearest = WhatRunsOn(platform).Select(candidate => Array.Find(images, m => m.Platform == candidate)).FirstOrDefault(m => m is not null);
        return nearest ?? (images.Where(m => m.Platform is null).ToArray() is [var only] ? only : null);
    }

    /// <summary>
    /// What a platform runs, nearest first, as containerd orders it: itself; what was made for its predecessors (arm/v7: v6 and v5, amd64/v3: v2 and amd64); what
    /// its processors run besides (amd64: 386, arm64: arm).
    /// </summary>
    public static IEnumerable<Platform> WhatRunsOn(Platform platform)
    {
        yield return platform;
        int version = VersionOf(platform.Variant);
        switch (platform.Architecture)
        {
            case "amd64":
                while (--version > 1) yield return platform with { Variant = $"v{version}" };
                if (platform.Variant is not null) yield return platform with { Variant = null };
                yield return new Platform(platform.Os, "386");
                break;
            case "arm":
                while (--version >= OldestArm) yield return platform with { Variant = $"v{version}" };
                break;
            case "arm64":
                if (platform.Variant is not null) yield return platform with { Variant = null };
                for (int arm = NewestArm; arm >= OldestArm; arm--) yield return new Platform(platform.Os, "arm", $"v{arm}");
                break;
            default:
                if (platform.Variant is not null) yield return platform with { Variant = null };
                break;
        }
    }

    /// <summary>The platforms of an index, for messages.</summary>
    public static string Describe(ImageIndex index)
    {
        string[] known = [.. index.Manifests.Where(m => m.Platform is { Os: not "unknown" }).Select(m => m.Platform!.ToString()).Distinct(StringComparer.Ordinal)]; // the pattern excludes null
        return known.Length == 0 ? "none that says its platform" : string.Join(", ", known);
    }

    // Of a variant nobody knows nothing is known to be older.
    private static int VersionOf(string? variant)
    {
        const int Newest = 99;
        return variant is ['v', ..] && int.TryParse(variant.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out int version) && version <= Newest ? version : 0;
    }
}
