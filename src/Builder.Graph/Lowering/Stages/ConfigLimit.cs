using System.Collections.Immutable;
using Builder.Oci.Images;
using Builder.Oci.Json;

namespace Builder.Graph.Lowering.Stages;

/// <summary>Refuses an image whose config couldn't be stored, at the instruction that has the largest part in it.</summary>
internal static class ConfigLimit
{
    /// <summary>What an entry of the history has besides its text; the time isn't known yet.</summary>
    private static readonly HistoryEntry Entry = new() { Created = "2000-01-01T00:00:00Z", Comment = "buildkit.dockerfile.v0" };

    /// <summary>Judges the stage that becomes the image.</summary>
    /// <param name="target">The stage.</param>
    /// <param name="labels">Labels of the command line.</param>
    /// <param name="findings">Takes what is wrong.</param>
    public static void Check(StageState target, ImmutableSortedDictionary<string, string> labels, Findings findings)
    {
        int size = OciJson.WriteConfig(WithHistory(target)).Length;
        if (size > OciJson.MaxDocumentSize)
        {
            findings.Error(
                "BLD2220",
                $"the config of the image would have {size} bytes and can have {OciJson.MaxDocumentSize}; this instruction has the largest part in it",
                target.LargestEntry.Place,
                "the text of an instruction is kept in the image, in its history too: put what is long into files");
            return;
        }

        long labelled = size + labels.Sum(label => (long)label.Key.Length + label.Value.Length);
        if (labelled <= OciJson.MaxDocumentSize) return;
        string longest = labels.MaxBy(label => label.Value.Length).Key;
        findings.Error(
            "BLD2221",
            $"the labels of the command line make the config of the image larger than the {OciJson.MaxDocumentSize} bytes it can have; --label {longest}=... has the largest part in it",
            target.Plan.Base.Syntax.From.Keyword.Span,
            "put what is long into files");
    }

    private static ImageConfig WithHistory(StageState target)
    {
        IEnumerable<HistoryEntry> added = target.History.Select(item => Entry with { CreatedBy = item.CreatedBy, EmptyLayer = item.Vertex is null });
        return target.Image with { History = [.. target.Image.History, .. added] };
    }
}
