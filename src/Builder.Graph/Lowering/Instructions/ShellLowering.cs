using Builder.Graph.Lowering.History;
using Builder.Parser.Syntax;

namespace Builder.Graph.Lowering.Instructions;

/// <summary>SHELL: for the shell forms that follow.</summary>
internal static class ShellLowering
{
    public static void Lower(ShellInstruction shell, InstructionScope scope)
    {
        string[] arguments = [.. shell.Arguments.Select(word => word.Text)];
        scope.State.Config = scope.State.Config with { Shell = new([.. arguments]) };
        scope.Commit("SHELL " + GoText.Slice(arguments));
    }
}
