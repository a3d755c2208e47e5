using Builder.Parser.Syntax;

namespace Builder.Graph.Lowering.Instructions;

/// <summary>MAINTAINER, deprecated: the author of the image.</summary>
internal static class MaintainerLowering
{
    public static void Lower(MaintainerInstruction maintainer, InstructionScope scope)
    {
        scope.State.Image = scope.State.Image with { Author = maintainer.Author.Text };
        scope.Commit("MAINTAINER " + maintainer.Author.Text);
    }
}
