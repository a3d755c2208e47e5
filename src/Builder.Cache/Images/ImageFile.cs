namespace Builder.Cache.Images;

/// <summary>What the store keeps of an image beside its config.</summary>
/// <param name="StoredAt">When it came into the store.</param>
/// <param name="Layers">Base first.</param>
internal sealed record ImageFile(DateTimeOffset StoredAt, ImageLayer[]? Layers);

/// <summary>A layer of a stored image.</summary>
/// <param name="DiffId">Digest of the uncompressed tar.</param>
/// <param name="Blob">Digest of the stored bytes.</param>
/// <param name="Size">Of the stored bytes.</param>
/// <param name="MediaType">Tells the compression.</param>
internal sealed record ImageLayer(string? DiffId, string? Blob, long Size, string? MediaType);

/// <summary>A name of an image. The file's own name is a digest of the text, which may be longer than a file name can be.</summary>
/// <param name="Name">Normalised.</param>
/// <param name="Id">Of the image.</param>
internal sealed record NameFile(string? Name, string? Id)
{
    /// <summary>Images of other platforms that the name stands for as well; null for none.</summary>
    public string[]? Others { get; init; }
}
