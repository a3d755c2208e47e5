using Builder.Parser.Syntax;

namespace Builder.Graph.Lowering.Instructions;

/// <summary>ONBUILD: kept for images built on this one; leaves no history.</summary>
internal static class OnbuildLowering
{
    public static void Lower(OnbuildInstruction onbuild, InstructionScope scope) =>
        scope.State.Config = scope.State.Config with { OnBuild = new([.. scope.State.Config.OnBuild ?? [], onbuild.Trigger]) };
}
