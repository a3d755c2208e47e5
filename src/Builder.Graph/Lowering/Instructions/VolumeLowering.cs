using System.Collections.Immutable;
using Builder.Graph.Lowering.History;
using Builder.Parser.Syntax;

namespace Builder.Graph.Lowering.Instructions;

/// <summary>VOLUME.</summary>
internal static class VolumeLowering
{
    public static void Lower(VolumeInstruction volume, InstructionScope scope)
    {
        if (scope.ExpandAll(volume.Paths) is not { } paths) return;
        int empty = paths.IndexOf("");
        if (empty >= 0)
        {
            scope.Error("BLD2206", "VOLUME needs a path, but this is empty", volume.Paths[empty].Span);
            return;
        }

        ImmutableSortedSet<string> known = scope.State.Config.Volumes ?? ImmutableSortedSet.Create<string>(StringComparer.Ordinal);
        scope.State.Config = scope.State.Config with { Volumes = known.Union(paths) };
        scope.Commit("VOLUME " + GoText.Slice(paths));
    }
}
