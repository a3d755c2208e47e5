using System.Collections.Immutable;

namespace Builder.Graph.Shell;

/// <summary>One word.</summary>
/// <param name="Text">Without quotes and escapes; expansions as they are written.</param>
/// <param name="IsFixed">Whether the text is what the command gets: nothing in it is expanded.</param>
/// <param name="Substitutions">Scripts in it.</param>
/// <param name="Start">Offset of its first character.</param>
/// <param name="End">Offset behind its last one.</param>
internal sealed record ShellWord(string Text, bool IsFixed, ImmutableArray<ShellScript> Substitutions, int Start, int End)
{
    /// <summary>Whether it has the shape <c>NAME=value</c>.</summary>
    public bool IsAssignment
    {
        get
        {
            int equals = Text.IndexOf('=', StringComparison.Ordinal);
            if (equals < 1 || char.IsAsciiDigit(Text[0])) return false;
            string name = Text[..equals].TrimEnd('+');
            return name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');
        }
    }
}
