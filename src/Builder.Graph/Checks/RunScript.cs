using System.Buffers;
using System.Collections.Immutable;
using Builder.Graph.Lowering.Stages;
using Builder.Graph.Shell;
using Builder.Oci.Collections;
using Builder.Parser.Syntax;
using Builder.Parser.Text;

namespace Builder.Graph.Checks;

/// <summary>The text of one RUN as a shell reads it.</summary>
/// <param name="Stage">Where it stands.</param>
/// <param name="Run">The instruction.</param>
/// <param name="Shell">The shell's words; empty for a program that is started without one.</param>
/// <param name="Text">The text that was read, with what each character of it is in the Dockerfile.</param>
/// <param name="Script">What was read.</param>
internal sealed record RunScript(StageSyntax Stage, RunInstruction Run, EquatableArray<string> Shell, MappedText Text, ShellScript Script)
{
    /// <summary>Most characters of shell text that are looked into; ten times what long Dockerfiles have.</summary>
    private const int MaxText = 256 << 10;

    private static readonly EquatableArray<string> DefaultShell = ["/bin/sh", "-c"];
    private static readonly SearchValues<char> ShellCharacters = SearchValues.Create(" '\"\\$`;&|<>()#\n");
    private static readonly string[] PosixShells = ["sh", "bash", "ash", "dash", "ksh", "zsh", "busybox"];

    /// <summary>Whether a program of this name reads shell text.</summary>
    public static bool IsPosixShell(string path) => PosixShells.Contains(path[(path.LastIndexOf('/') + 1)..]);

    /// <summary>All RUN instructions of the stages that are looked into, ONBUILD's included. Those for other shells are left out.</summary>
    public static ImmutableArray<RunScript> ReadAll(CheckContext context)
    {
        var scripts = ImmutableArray.CreateBuilder<RunScript>();
        long left = MaxText;
        foreach (StageSyntax stage in context.Stages)
        {
            StageFacts facts = context.FactsBefore(stage);
            foreach (Instruction instruction in CheckContext.InstructionsOf(stage))
            {
                facts = facts.After(instruction);
                if (instruction is not RunInstruction run) continue;
                left -= run.Span.Length;
                if (left < 0) return scripts.ToImmutable();
                EquatableArray<string> shell = facts.Shell ?? DefaultShell;
                scripts.AddRange(Read(context, run, shell).Select(part => new RunScript(stage, run, part.Shell, part.Text, ShellReader.Read(part.Text.Text))));
            }
        }

        return scripts.ToImmutable();
    }

    /// <summary>The place of a word.</summary>
    public SourceSpan SpanOf(ShellWord word) => Text.SpanOf(word.Start, word.End);

    private static IEnumerable<(EquatableArray<string> Shell, MappedText Text)> Read(CheckContext context, RunInstruction run, EquatableArray<string> shell)
    {
        if (run.Command is ExecCommand exec)
        {
            SyntaxList<Word> words = exec.Arguments;
            if (words.Count >= 3 && IsPosixShell(words[0].Text) && words[^2].Text.StartsWith('-') && words[^2].Text.EndsWith('c'))
                yield return (new([.. words.Take(words.Count - 1).Select(w => w.Text)]), MappedText.Of(words[^1]));
            else if (words.All(word => !word.Text.AsSpan().ContainsAny(ShellCharacters)))
                yield return ([], MappedText.Of(words));
            yield break;
        }

        if (run.Command is not ShellCommand command || context.Parsed.Dockerfile.EscapeCharacter != '\\' || !IsPosixShell(shell[0])) yield break;
        MappedText line = MappedText.Joined(context.Source, command.Span, '\\');
        yield return (shell, line);
        if (run.Heredocs.Count == 0) yield break;

        // A here-document alone is the script; one that is the input of a shell is a script too.
        string before = line.Text.Split("<<")[0].Trim();
        string body = run.Heredocs[0].Content;
        string program = before.Length > 0 ? before.Split(' ')[0] : body.StartsWith("#!", StringComparison.Ordinal) ? Interpreter(body) : shell[0];
        if (run.Heredocs.Count == 1 && IsPosixShell(program))
            yield return (before.Length > 0 || program != shell[0] ? [program] : shell, MappedText.Of(context.Source, run.Heredocs[0].ContentSpan));
    }

    private static string Interpreter(string body)
    {
        int end = body.IndexOf('\n', StringComparison.Ordinal);
        string[] words = body[2..(end < 0 ? body.Length : end)].Split(' ', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return words is [var env, var program, ..] && env.EndsWith("/env", StringComparison.Ordinal) ? program : words.FirstOrDefault() ?? "";
    }
}
