using Builder.Parser.Syntax;

namespace Builder.Graph.Checks.Rules;

/// <summary>MAINTAINER.</summary>
internal static class MaintainerDeprecated
{
    private const string Label = "org.opencontainers.image.authors";

    public static CheckRule Rule { get; } = new(
        nameof(MaintainerDeprecated), CheckGroup.Standard, "MAINTAINER is deprecated; a label names the author of an image")
    { Run = Run };

    private static void Run(CheckContext context)
    {
        foreach (MaintainerInstruction maintainer in context.AllStages.Stages.SelectMany(stage => stage.Instructions).OfType<MaintainerInstruction>())
        {
            string author = maintainer.Author.Text;
            bool plain = author.AsSpan().IndexOfAny('"', '\\', '$') < 0;
            TextEdit? fix = plain ? new TextEdit(maintainer.Span, $"LABEL {Label}=\"{author}\"") : null;
            context.Report(Rule, maintainer.Keyword.Span, "MAINTAINER is deprecated", $"write LABEL {Label}=\"...\"", fix);
        }
    }
}
