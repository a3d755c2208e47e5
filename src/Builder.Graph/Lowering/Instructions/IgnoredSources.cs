using Builder.Graph.Checks.Rules;
using Builder.Graph.Lowering.Values;
using Builder.Parser.Syntax;

namespace Builder.Graph.Lowering.Instructions;

/// <summary>Notices sources of COPY and ADD that ignore rules keep out of the context.</summary>
internal static class IgnoredSources
{
    /// <summary>Reports each of them.</summary>
    /// <param name="copy">The instruction, which takes from the context.</param>
    /// <param name="sources">Its sources after expansion; null when that failed.</param>
    /// <param name="scope">Where it stands.</param>
    public static void Check(CopyInstruction copy, List<string>? sources, InstructionScope scope)
    {
        if (sources is null || scope.Context.Request.Checks.IsIgnored is not { } isIgnored) return;
        for (int i = 0; i < sources.Count; i++)
        {
            if (!FetchedSources.IsLocal(sources[i])) continue;
            string path = ContainerPath.BelowRoot(sources[i]);
            if (!isIgnored(path)) continue;
            string shown = path.Length == 0 ? "everything" : $"'{path}'";
            scope.Notice(
                CopyIgnoredFile.Rule,
                $"{copy.Keyword.Text.ToUpperInvariant()} asks for {shown}, which the ignore file keeps out of the build",
                copy.Sources[i].Span,
                "take it out of the ignore file, or allow it there with '!'");
        }
    }
}
