using Builder.Cache;
using Builder.Cache.Images;
using Builder.Oci;
using Builder.Oci.Images;

namespace Builder.Cli.Images;

/// <summary>Chooses among the images of several platforms that have one name.</summary>
internal static class PlatformImages
{
    /// <summary>All that a name stands for, or the one of a platform.</summary>
    /// <param name="store">Where they are.</param>
    /// <param name="name">A name in the store.</param>
    /// <param name="platform">Null for all.</param>
    /// <exception cref="CommandException">There is none for the platform.</exception>
    public static IReadOnlyList<StoredImage> Of(BuilderStore store, ImageReference name, Platform? platform)
    {
        IReadOnlyList<StoredImage> all = store.Images.FindAll(name);
        return platform is null ? all : [Find(all, platform) ?? throw Missing(name.FamiliarName, platform, all)];
    }

    /// <summary>The image of a name, id or id prefix, for a platform; without one this machine's, if the name has it, else the first.</summary>
    /// <returns>Null when there is no such image.</returns>
    public static StoredImage? Find(BuilderStore store, string nameOrId, Platform? platform)
    {
        IReadOnlyList<StoredImage> all = ImageReference.TryParse(nameOrId, out ImageReference? name) ? store.Images.FindAll(name) : [];
        if (all.Count == 0 && ImageLookup.Find(store, nameOrId) is { } byId) all = [byId];
        if (platform is not null) return Find(all, platform);
        return Find(all, Platform.Current) ?? (all.Count > 0 ? all[0] : null);
    }

    /// <summary>The one that comes nearest to a platform, or null; one that doesn't say its variant may have any.</summary>
    public static StoredImage? Find(IReadOnlyList<StoredImage> images, Platform platform) =>
        PlatformChoice.WhatRunsOn(platform).Select(candidate => images.FirstOrDefault(image => image.Platform == candidate)).FirstOrDefault(image => image is not null)
        ?? images.FirstOrDefault(image => image.Config.Variant is null && image.Platform.Os == platform.Os && image.Platform.Architecture == platform.Architecture);

    /// <summary>The error for a platform that a name doesn't have, in docker's words.</summary>
    public static CommandException Missing(string typed, Platform platform, IReadOnlyList<StoredImage> images) => new(
        $"image with reference {typed} was found but does not match the specified platform: wanted {platform}, actual: {string.Join(", ", images.Select(image => image.Platform))}");
}
