using Builder.Parser.Syntax;

namespace Builder.Graph.Checks;

/// <summary>Descriptions of stages and arguments: comments above them that begin with their name.</summary>
internal static class Descriptions
{
    /// <summary>What the comments above an instruction say of a name, or null.</summary>
    public static string? Of(Instruction instruction, string name)
    {
        foreach (string comment in instruction.LeadingComments)
        {
            if (comment.StartsWith(name, StringComparison.Ordinal) && comment.Length > name.Length && comment[name.Length] == ' ')
                return comment[(name.Length + 1)..].Trim();
        }

        return null;
    }

    /// <summary>Whether a comment is for the builder.</summary>
    public static bool IsDirective(string comment) =>
        comment.IndexOf('=', StringComparison.Ordinal) is > 0 and var equals
            && comment.AsSpan(0, equals).Trim().Equals("check", StringComparison.OrdinalIgnoreCase);
}
