using Builder.Cache.Layers;
using Builder.Oci.Images;

namespace Builder.Cli.Transfers;

/// <summary>In which form an image is sent.</summary>
internal sealed record PushOptions
{
    /// <summary>gzip for layers that are not compressed yet.</summary>
    public CompressionChoice Compression { get; init; } = CompressionChoice.Default;

    /// <summary>An index is sent even for one image.</summary>
    public bool MakesIndex { get; init; }

    /// <summary>OCI's media types or docker's; null for those that the image's layers have.</summary>
    public bool? OciMediaTypes { get; init; }

    /// <summary>Annotations of the manifest, and of the index where one is sent.</summary>
    public ImageAnnotations Annotations { get; init; } = ImageAnnotations.None;
}
