using Builder.Oci;
using Builder.Runtime.Plans;

namespace Builder.Cli.Containers;

/// <summary>What <c>run</c> was asked for.</summary>
internal sealed record RunArguments
{
    /// <summary>Name or id of the image.</summary>
    public required string Image { get; init; }

    public required ContainerOptions Options { get; init; }

    public PullPolicy Pull { get; init; }

    /// <summary>Which image of a name that stands for several; null for this machine's.</summary>
    public Platform? Platform { get; init; }

    /// <summary>File for the container's id, or null.</summary>
    public string? CidFile { get; init; }

    /// <summary>Directories to make when they are missing: the sources of <c>--volume</c>.</summary>
    public IReadOnlyList<string> BindSources { get; init; } = [];

    /// <summary>Flags without effect, to be told.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}

/// <summary>When <c>run</c> asks a registry.</summary>
internal enum PullPolicy
{
    /// <summary>When the store doesn't have the image.</summary>
    Missing,
    Never,
    Always,
}
