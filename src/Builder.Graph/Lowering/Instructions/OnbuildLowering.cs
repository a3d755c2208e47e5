using Builder.Oci.Collections;
using Builder.Parser.Syntax;

namespace Builder.Graph.Lowering.Instructions;

/// <summary>ONBUILD: kept for images built on this one; leaves no history.</summary>
internal static class OnbuildLowering
{
    public static void Lower(OnbuildInstruction onbuild, InstructionScope scope)
    {
        EquatableArray<string> known = scope.State.Config.OnBuild ?? [];
        scope.Context.Budget.Spend(known.Count + onbuild.Trigger.Length);
        scope.NoteEntry(onbuild.Trigger);
        if (!scope.Context.Budget.IsExhausted) scope.State.Config = scope.State.Config with { OnBuild = [.. known, onbuild.Trigger] };
    }
}
