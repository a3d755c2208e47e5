namespace Builder.Cli.Builds;

/// <summary>One <c>--output</c>. The set of subtypes is closed.</summary>
internal abstract record OutputSpec;

/// <summary>Into the local store, under further names besides those of <c>--tag</c>.</summary>
/// <param name="Names">From <c>name=</c>.</param>
internal sealed record StoreOutput(Oci.Collections.EquatableArray<Oci.ImageReference> Names) : OutputSpec;

/// <summary>A tar of the image.</summary>
/// <param name="Format">What the archive is laid out for.</param>
/// <param name="Destination">A file path as typed, or <c>-</c> for standard output.</param>
/// <param name="Names">From <c>name=</c>.</param>
internal sealed record ArchiveOutput(ArchiveFormat Format, string Destination, Oci.Collections.EquatableArray<Oci.ImageReference> Names) : OutputSpec;

/// <summary>A tar of the files of the image.</summary>
/// <param name="Destination">A file path as typed, or <c>-</c> for standard output.</param>
internal sealed record TarOutput(string Destination) : OutputSpec;

/// <summary>The files of the image in a directory.</summary>
/// <param name="Directory">As typed.</param>
internal sealed record DirectoryOutput(string Directory) : OutputSpec;

/// <summary>Nothing is kept but the cache.</summary>
internal sealed record CacheOnlyOutput : OutputSpec;

/// <summary>The layout of an image archive.</summary>
internal enum ArchiveFormat
{
    /// <summary>For <c>docker load</c>: manifest.json and an OCI layout in one.</summary>
    Docker,

    /// <summary>An OCI layout only.</summary>
    Oci,
}
