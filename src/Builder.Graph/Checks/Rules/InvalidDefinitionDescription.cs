using Builder.Parser.Syntax;

namespace Builder.Graph.Checks.Rules;

/// <summary>A comment above FROM or ARG that isn't the description it would be taken for.</summary>
internal static class InvalidDefinitionDescription
{
    public static CheckRule Rule { get; } = new(
        nameof(InvalidDefinitionDescription),
        CheckGroup.Experimental,
        "A comment directly above a named FROM or an ARG begins with the name and describes it")
    { Run = Run };

    private static void Run(CheckContext context)
    {
        foreach (Instruction instruction in context.Parsed.Dockerfile.Instructions)
        {
            Word[] names = instruction switch
            {
                FromInstruction { StageName: { } name } => [name],
                ArgInstruction arg => [.. arg.Arguments.Select(argument => argument.Name)],
                _ => [],
            };
            if (names.Length == 0 || instruction.LeadingComments.LastOrDefault(comment => !Descriptions.IsDirective(comment)) is not { } last) continue;
            string first = last.Split(' ')[0];
            if (names.Any(name => name.Text == first)) continue;
            string example = names.Length == 1 ? names[0].Text : "NAME";
            context.Report(
                Rule,
                names[0].Span,
                $"the comment above {instruction.Keyword.Text.ToUpperInvariant()} doesn't begin with '{example}' and so doesn't describe it",
                $"write '# {example} description'; if it is no description, put an empty line below the comment");
        }
    }
}
