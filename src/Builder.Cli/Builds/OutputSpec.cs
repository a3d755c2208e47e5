using Builder.Executor.Exports;

namespace Builder.Cli.Builds;

/// <summary>One <c>--output</c>. The set of subtypes is closed.</summary>
internal abstract record OutputSpec
{
    /// <summary>No file of the image's own layers gets a later time than SOURCE_DATE_EPOCH.</summary>
    public bool RewritesTimes { get; init; }
}

/// <summary>Into the local store, under further names besides those of <c>--tag</c>.</summary>
/// <param name="Names">From <c>name=</c>.</param>
internal sealed record StoreOutput(Oci.Collections.EquatableArray<Oci.ImageReference> Names) : OutputSpec
{
    /// <summary>The form it is sent in when <c>--push</c> asks for that as well; null when nothing is said about it.</summary>
    public Transfers.PushOptions? Form { get; init; }
}

/// <summary>Into registries, under further names besides those of <c>--tag</c>.</summary>
/// <param name="Names">From <c>name=</c>.</param>
/// <param name="Form">Compression and the like.</param>
internal sealed record RegistryOutput(Oci.Collections.EquatableArray<Oci.ImageReference> Names, Transfers.PushOptions Form) : OutputSpec
{
    /// <summary>By digest only, without a tag.</summary>
    public bool ByDigest { get; init; }

    /// <summary>Also kept in the local store.</summary>
    public bool IsStored { get; init; }
}

/// <summary>A tar of the image.</summary>
/// <param name="Format">What the archive is laid out for.</param>
/// <param name="Destination">A file path as typed, or <c>-</c> for standard output.</param>
/// <param name="Names">From <c>name=</c>.</param>
internal sealed record ArchiveOutput(ArchiveFormat Format, string Destination, Oci.Collections.EquatableArray<Oci.ImageReference> Names) : OutputSpec
{
    /// <summary>A directory is written and not an archive (<c>tar=false</c>).</summary>
    public bool IsDirectory { get; init; }

    /// <summary>Compression and annotations; null for layers as they are stored.</summary>
    public ArchiveForm? Form { get; init; }
}

/// <summary>A tar of the files of the image.</summary>
/// <param name="Destination">A file path as typed, or <c>-</c> for standard output.</param>
internal sealed record TarOutput(string Destination) : OutputSpec
{
    /// <summary>What names of files with attestations begin with.</summary>
    public string AttestationPrefix { get; init; } = "";

    /// <summary>A directory for each platform; null when nothing is said: where there are several.</summary>
    public bool? SplitsPlatforms { get; init; }
}

/// <summary>The files of the image in a directory.</summary>
/// <param name="Directory">As typed.</param>
internal sealed record DirectoryOutput(string Directory) : OutputSpec
{
    /// <summary>What names of files with attestations begin with.</summary>
    public string AttestationPrefix { get; init; } = "";

    /// <summary>A directory for each platform; null when nothing is said: where there are several.</summary>
    public bool? SplitsPlatforms { get; init; }
}

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
