using Builder.Oci.Collections;
using Builder.Oci.Images;
using Builder.Parser.Text;

namespace Builder.Graph.Lowering.Stages;

/// <summary>Where a stage stands while its instructions are lowered one by one.</summary>
/// <param name="plan">The stage.</param>
/// <param name="steps">Numbers its steps for progress.</param>
internal sealed class StageState(StagePlan plan, StepLabels steps)
{
    /// <summary>PATH of an image that sets none.</summary>
    public const string DefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    public StagePlan Plan { get; } = plan;

    public StepLabels Steps { get; } = steps;

    /// <summary>The file system so far.</summary>
    public required VertexId Current { get; set; }

    /// <summary>The image config so far: platform, author and what containers start with.</summary>
    public required ImageConfig Image { get; set; }

    /// <summary>The image at the bottom, or null for scratch.</summary>
    public required ResolvedImage? BaseImage { get; init; }

    /// <summary>Variables as RUN and expansion see them.</summary>
    public required EnvironmentList Environment { get; init; }

    /// <summary>New history, that of stages below included.</summary>
    public required List<HistoryItem> History { get; init; }

    /// <summary>ARG names of this stage in the order of their first declarations, with the value they had without an ENV of that name.</summary>
    public OrderedDictionary<string, string?> Arguments { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether there may be variables that aren't known yet: the image at the bottom isn't.</summary>
    public bool EnvironmentIsOpen { get; init; }

    /// <summary>Whether a WORKDIR stands in this stage or one below.</summary>
    public bool WorkingDirectorySet { get; set; }

    /// <summary>Whether CMD was given in this very stage.</summary>
    public bool CommandSet { get; set; }

    /// <summary>The longest text that an instruction put into the config, and where that instruction stands.</summary>
    public (int Length, SourceSpan Place) LargestEntry { get; private set; }

    /// <summary>What containers of the stage start with.</summary>
    public ContainerConfig Config
    {
        get => Image.Config;
        set => Image = Image with { Config = value };
    }

    /// <summary>Takes note of a text that an instruction put into the config.</summary>
    public void NoteEntry(int length, SourceSpan place)
    {
        if (length > LargestEntry.Length) LargestEntry = (length, place);
    }

    /// <summary>Absolute; the root when nothing was set.</summary>
    public string WorkingDirectory => Config.WorkingDir is { Length: > 0 } directory ? directory : "/";

    /// <summary>The shell of shell forms.</summary>
    public EquatableArray<string> Shell => Config.Shell is { Count: > 0 } shell ? shell : ["/bin/sh", "-c"];
}
