using System.Collections.Immutable;

namespace Builder.Graph.Shell;

/// <summary>One command with its arguments.</summary>
/// <param name="Assignments"><c>NAME=value</c> in front of it; all there is when the command only sets variables.</param>
/// <param name="Words">The command and its arguments.</param>
/// <param name="Redirections">Files and texts that input comes from and output goes to.</param>
internal sealed record SimpleCommand(
    ImmutableArray<ShellWord> Assignments, ImmutableArray<ShellWord> Words, ImmutableArray<ShellRedirection> Redirections)
{
    private static readonly string[] Wrappers = ["sudo", "env", "command", "exec", "time", "nice", "nohup", "eatmydata", "ionice", "builtin"];

    /// <summary>Scripts in <c>$(...)</c>, backticks and <c>&lt;(...)</c>.</summary>
    public IEnumerable<ShellScript> Substitutions =>
        Assignments.Concat(Words).Concat(Redirections.Select(r => r.Target)).SelectMany(word => word.Substitutions);

    /// <summary>The program that is really meant, past sudo, env and their like; null when there is none.</summary>
    public ShellWord? Program => FirstOfProgram < Words.Length ? Words[FirstOfProgram] : null;

    /// <summary>The name of <see cref="Program"/> without its directory; empty when there is none or it isn't fixed.</summary>
    public string Name => Program is { IsFixed: true } program ? program.Text[(program.Text.LastIndexOf('/') + 1)..] : "";

    /// <summary>What follows the program.</summary>
    public ImmutableArray<ShellWord> Arguments => FirstOfProgram < Words.Length ? Words[(FirstOfProgram + 1)..] : [];

    private int FirstOfProgram
    {
        get
        {
            int at = 0;
            while (at < Words.Length && Wrappers.Contains(Words[at].Text))
            {
                at++;
                while (at < Words.Length && (Words[at].Text.StartsWith('-') || Words[at].IsAssignment)) at++;
            }

            return at;
        }
    }
}
