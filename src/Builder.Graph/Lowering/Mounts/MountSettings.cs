using Builder.Graph.Operations;
using Builder.Parser.Syntax;
using Builder.Parser.Text;

namespace Builder.Graph.Lowering.Mounts;

/// <summary>What the fields of one mount say, values expanded and converted, before the type's own rules are applied.</summary>
internal sealed class MountSettings
{
    public MountType Type { get; set; } = MountType.Bind;

    /// <summary>As written; resolved before.</summary>
    public Word? From { get; set; }

    public string Source { get; set; } = "";

    public string Target { get; set; } = "";

    public string Id { get; set; } = "";

    /// <summary>Null when neither form of it was given.</summary>
    public bool? ReadOnly { get; set; }

    public CacheSharing? Sharing { get; set; }

    public long? Size { get; set; }

    public bool Required { get; set; }

    /// <summary>Null when not given; may be empty.</summary>
    public string? EnvironmentName { get; set; }

    public int? Mode { get; set; }

    public int? Uid { get; set; }

    public int? Gid { get; set; }

    /// <summary>Where each key was given last, for messages.</summary>
    public Dictionary<string, SourceSpan> Places { get; } = new(StringComparer.Ordinal);
}

/// <summary>Type of a RUN mount.</summary>
internal enum MountType
{
    Bind,
    Cache,
    Tmpfs,
    Secret,
    Ssh,
}
