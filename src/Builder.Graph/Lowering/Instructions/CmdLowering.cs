using Builder.Graph.Lowering.History;
using Builder.Parser.Syntax;

namespace Builder.Graph.Lowering.Instructions;

/// <summary>CMD: the last one counts.</summary>
internal static class CmdLowering
{
    public static void Lower(CmdInstruction cmd, InstructionScope scope)
    {
        var arguments = scope.WithShell(cmd.Command);
        scope.State.Config = scope.State.Config with { Cmd = arguments, ArgsEscaped = true };
        scope.State.CommandSet = true;
        scope.Commit("CMD " + GoText.Quote(arguments));
    }
}
