using Builder.Cache;
using Builder.Cache.Images;
using Builder.Oci;

namespace Builder.Cli.Images;

/// <summary>Finds images by what people type.</summary>
internal static class ImageLookup
{
    private const int ShortLength = 12;

    /// <summary>What stands for a missing name.</summary>
    public const string None = "<none>";

    /// <summary>The image of a name, id or id prefix.</summary>
    /// <exception cref="CommandException">There is none.</exception>
    public static StoredImage Require(BuilderStore store, string nameOrId) => Find(store, nameOrId) ?? throw Missing(nameOrId);

    /// <summary>The image of a name, id or id prefix, or null.</summary>
    public static StoredImage? Find(BuilderStore store, string nameOrId) =>
        nameOrId.Length == 0 ? throw new CommandException("the image name is empty") : store.Images.Resolve(nameOrId);

    /// <summary>The error for an image that isn't there.</summary>
    public static CommandException Missing(string nameOrId) =>
        new($"No such image: {(ImageReference.TryParse(nameOrId, out ImageReference? name) ? name.FamiliarName : nameOrId)}");

    /// <summary>The first twelve digits of an id.</summary>
    public static string ShortId(Digest id) => id.Hex[..ShortLength];

    /// <summary>The id as a table shows it.</summary>
    public static string ShownId(Digest id, bool noTruncation) => noTruncation ? id.ToString() : ShortId(id);
}
