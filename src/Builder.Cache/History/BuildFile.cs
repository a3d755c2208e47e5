using Builder.Cache.Keys;
using Builder.Cache.Records;
using Builder.Oci;

namespace Builder.Cache.History;

/// <summary>A file of the build history.</summary>
/// <param name="Format">Of the file; one that isn't <see cref="CurrentFormat"/> counts as absent.</param>
/// <param name="Project">What builds are compared with each other.</param>
/// <param name="StartedAt">When the build began.</param>
/// <param name="Steps">Its steps.</param>
internal sealed record BuildFile(int Format, string? Project, DateTimeOffset StartedAt, StepFile[]? Steps)
{
    /// <summary>What this program writes.</summary>
    internal const int CurrentFormat = 1;

    internal static BuildFile From(BuildRecord build) => new(CurrentFormat, build.Project, build.StartedAt, [.. build.Steps.Select(StepFile.From)]);

    /// <summary>The build; null when the file is damaged or of another format.</summary>
    internal BuildRecord? ToRecord()
    {
        if (Format != CurrentFormat || Project is null || Steps is null) return null;
        List<StepRecord> steps = [];
        foreach (StepFile? file in Steps)
        {
            if (file?.ToRecord(steps.Count) is not { } step) return null;
            steps.Add(step);
        }

        return new BuildRecord(Project, StartedAt, [.. steps]);
    }
}

/// <summary>A step in a file.</summary>
internal sealed record StepFile(
    string? Kind, string? Label, string? Stage, int Line, string? Text, StepVerdict Verdict, int[]? Inputs, KeyFile? Definition, KeyFile? Canonical,
    string[]? BuildArguments, string? Image, string[]? Reasons)
{
    internal static StepFile From(StepRecord step) => new(
        step.Kind, step.Label, step.Stage, step.Line, step.Text, step.Verdict, [.. step.Inputs], KeyFile.From(step.Definition),
        step.Canonical is null ? null : KeyFile.From(step.Canonical),
        [.. step.BuildArguments], step.Image, [.. step.Reasons]);

    internal StepRecord? ToRecord(int index)
    {
        if (Kind is null || Label is null || Stage is null || Text is null || Inputs is null || Definition?.ToKey() is not { } definition) return null;
        if (!Inputs.All(i => i >= 0 && i < index)) return null;
        return new StepRecord(Kind, Label, Stage, Line, Text, Verdict, [.. Inputs], definition, Canonical?.ToKey())
        {
            BuildArguments = [.. BuildArguments ?? []],
            Image = Image,
            Reasons = [.. Reasons ?? []],
        };
    }
}

/// <summary>A key in a file.</summary>
internal sealed record KeyFile(string? Digest, RecordField[]? Fields)
{
    internal static KeyFile From(CacheKey key) => new(key.Digest.ToString(), [.. key.Fields.Select(RecordField.From)]);

    internal CacheKey? ToKey() =>
        Oci.Digest.TryParse(Digest, out Digest digest) && Fields is not null && RecordField.Read(Fields) is { } fields ? new CacheKey(digest, [.. fields]) : null;
}
