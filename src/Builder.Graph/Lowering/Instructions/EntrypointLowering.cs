using Builder.Graph.Lowering.History;
using Builder.Parser.Syntax;

namespace Builder.Graph.Lowering.Instructions;

/// <summary>ENTRYPOINT: forgets a CMD of the base, but not one of the same stage.</summary>
internal static class EntrypointLowering
{
    public static void Lower(EntrypointInstruction entrypoint, InstructionScope scope)
    {
        var arguments = scope.WithShell(entrypoint.Command);
        var command = scope.State.CommandSet ? scope.State.Config.Cmd : null;
        scope.State.Config = scope.State.Config with { Entrypoint = arguments, Cmd = command };
        scope.Commit("ENTRYPOINT " + GoText.Quote(arguments));
    }
}
