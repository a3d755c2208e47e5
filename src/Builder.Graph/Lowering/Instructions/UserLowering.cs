using Builder.Parser.Syntax;

namespace Builder.Graph.Lowering.Instructions;

/// <summary>USER: stored verbatim; names are looked up when something runs.</summary>
internal static class UserLowering
{
    public static void Lower(UserInstruction user, InstructionScope scope)
    {
        if (scope.Expand(user.User) is not { } name) return;
        scope.State.Config = scope.State.Config with { User = name };
        scope.Commit("USER " + name);
    }
}
