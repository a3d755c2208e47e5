using Builder.Oci;
using Builder.Oci.Collections;

namespace Builder.Graph.Operations;

/// <summary>
/// What a vertex does: meaning only, everything expanded, nothing for display. The set of subtypes is closed. Paths are absolute
/// and cleaned unless said otherwise. Which input plays which part is said by each subtype; input 0 is the parent file system.
/// </summary>
public abstract record Operation;

/// <summary>The empty file system (<c>FROM scratch</c>). No inputs.</summary>
public sealed record ScratchOperation : Operation;

/// <summary>The file system of an image. No inputs.</summary>
/// <param name="Reference">The normalised name, for fetching layers; not part of the meaning.</param>
/// <param name="ConfigDigest">Digest of the image config that was resolved.</param>
/// <param name="DiffIds">The layers, base first.</param>
public sealed record ImageOperation(string Reference, Digest ConfigDigest, EquatableArray<Digest> DiffIds) : Operation;

/// <summary>A tree from outside: the build context or a named one. No inputs.</summary>
/// <param name="Name"><c>context</c> for the build context, else the named context's name.</param>
public sealed record ContextOperation(string Name) : Operation;

/// <summary>RUN. Input 0 is the parent; mounts name further inputs by index.</summary>
public sealed record ExecOperation : Operation
{
    /// <summary>The whole argv, shell included.</summary>
    public required EquatableArray<string> Arguments { get; init; }

    /// <summary><c>NAME=value</c> in order: PATH, ENV, visible ARGs; proxy arguments are apart.</summary>
    public required EquatableArray<string> Environment { get; init; }

    /// <summary>Proxy settings: in the environment, not in the key.</summary>
    public EquatableArray<string> ProxyEnvironment { get; init; }

    /// <summary>Absolute.</summary>
    public required string WorkingDirectory { get; init; }

    /// <summary>As USER says, verbatim; empty for root.</summary>
    public string User { get; init; } = "";

    public NetworkMode Network { get; init; }

    /// <summary>RUN --security=insecure.</summary>
    public bool Insecure { get; init; }

    public EquatableArray<ExecMount> Mounts { get; init; }

    /// <summary><c>host=ip</c> lines from --add-host.</summary>
    public EquatableArray<string> ExtraHosts { get; init; }

    /// <summary>Name of the machine as commands see it; empty for the engine's own choice.</summary>
    public string Hostname { get; init; } = "";
}

/// <summary>Which network a command sees.</summary>
public enum NetworkMode
{
    /// <summary>The engine's default: the host's network.</summary>
    Default,

    /// <summary>Loopback only.</summary>
    None,

    /// <summary>The host's network, asked for by name.</summary>
    Host,
}

/// <summary>COPY and ADD. Input 0 is the parent; input 1 is where <see cref="Sources"/> are, when there are any; fetched ones name theirs.</summary>
public sealed record CopyOperation : Operation
{
    /// <summary>Patterns or paths below the root of input 1, without leading slash; in order.</summary>
    public EquatableArray<string> Sources { get; init; }

    /// <summary>Files given in the Dockerfile itself.</summary>
    public EquatableArray<InlineFile> InlineFiles { get; init; }

    /// <summary>Sources that lie elsewhere, each with the input that brings it.</summary>
    public EquatableArray<FetchedSource> Fetched { get; init; }

    /// <summary>Absolute; a trailing slash is kept and means a directory.</summary>
    public required string Destination { get; init; }

    /// <summary>Verbatim after expansion, or null: 0:0 for contexts, kept for stages and images.</summary>
    public string? Chown { get; init; }

    /// <summary>Octal or symbolic, or null.</summary>
    public string? Chmod { get; init; }

    /// <summary>True for ADD: local archives are unpacked.</summary>
    public bool UnpackArchives { get; init; }

    /// <summary>True when input 1 is a stage or an image: owners are kept, ignore rules don't apply.</summary>
    public bool FromImage { get; init; }

    /// <summary>--link: input 0 is the empty file system, and a <see cref="MergeOperation"/> puts the result where it belongs.</summary>
    public bool Link { get; init; }

    public bool Parents { get; init; }

    public EquatableArray<string> Exclude { get; init; }
}

/// <summary>A file whose content stands in the Dockerfile (here-document).</summary>
/// <param name="Name">File name when the destination is a directory.</param>
/// <param name="Content">UTF-8 text.</param>
public sealed record InlineFile(string Name, string Content);

/// <summary>
/// COPY --link: puts what input 1 holds, made on the empty file system, on top of input 0 as a layer of its own. What is there is neither looked at nor
/// followed, so input 1 and its layer stay good whatever input 0 becomes.
/// </summary>
public sealed record MergeOperation : Operation;

/// <summary>WORKDIR: makes a directory with its parents, 0755, when it is missing. Input 0 is the parent.</summary>
/// <param name="Path">Absolute.</param>
/// <param name="User">Owner as USER says; empty for root.</param>
public sealed record MakeDirectoryOperation(string Path, string User) : Operation;
