using System.Collections.Frozen;
using Builder.Parser.Diagnostics;
using Builder.Parser.Syntax;
using Builder.Parser.Text;

namespace Builder.Parser.Instructions;

/// <summary>All instructions by name.</summary>
internal static class InstructionSet
{
    private static readonly FrozenDictionary<string, Func<InstructionContext, Instruction?>> Readers =
        new Dictionary<string, Func<InstructionContext, Instruction?>>
        {
            ["ADD"] = CopyReader.ReadAdd,
            ["ARG"] = KeyValueReader.ReadArg,
            ["CMD"] = CommandReader.ReadCmd,
            ["COPY"] = CopyReader.ReadCopy,
            ["ENTRYPOINT"] = CommandReader.ReadEntrypoint,
            ["ENV"] = KeyValueReader.ReadEnv,
            ["EXPOSE"] = WordsReader.ReadExpose,
            ["FROM"] = FromReader.Read,
            ["HEALTHCHECK"] = HealthcheckReader.Read,
            ["LABEL"] = KeyValueReader.ReadLabel,
            ["MAINTAINER"] = WordsReader.ReadMaintainer,
            ["RUN"] = CommandReader.ReadRun,
            ["SHELL"] = CommandReader.ReadShell,
            ["STOPSIGNAL"] = WordsReader.ReadStopSignal,
            ["USER"] = WordsReader.ReadUser,
            ["VOLUME"] = WordsReader.ReadVolume,
            ["WORKDIR"] = WordsReader.ReadWorkdir,
        }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    private static readonly string[] Names = [.. Readers.Keys.Append("ONBUILD").Order(StringComparer.Ordinal)];

    /// <summary>Whether an instruction can have here-documents.</summary>
    public static bool TakesHeredocs(string name) =>
        name.Equals("RUN", StringComparison.OrdinalIgnoreCase) ||
        name.Equals("COPY", StringComparison.OrdinalIgnoreCase) ||
        name.Equals("ADD", StringComparison.OrdinalIgnoreCase);

    public static bool IsOnbuild(string name) => name.Equals("ONBUILD", StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// The instruction that a keyword is, or surely was meant to be: one slip of the keyboard away. What else is wrong with it and with those below can be told then.
    /// </summary>
    public static string NameOf(string keyword) => Readers.ContainsKey(keyword) ? keyword : Suggestion.Nearest(keyword, Names, slips: 1) ?? keyword;

    /// <summary>Reads an instruction; null after an error that leaves nothing of it.</summary>
    public static Instruction? Read(InstructionContext context, SourceText source)
    {
        string keyword = context.Raw.Keyword.ToString();
        string name = context.Name;
        if (!keyword.Equals(name, StringComparison.OrdinalIgnoreCase) || !(IsOnbuild(name) || Readers.ContainsKey(name)))
        {
            context.Error(
                DiagnosticCodes.UnknownInstruction,
                $"unknown instruction '{Shorten(keyword)}'",
                context.SpanOf(context.Raw.Keyword),
                HintFor(context, keyword));
        }

        if (IsOnbuild(name)) return OnbuildReader.Read(context, source);
        return Readers.TryGetValue(name, out Func<InstructionContext, Instruction?>? read) ? read(context) : null;
    }

    private static string? HintFor(InstructionContext context, string name)
    {
        if (name.FirstOrDefault(char.IsWhiteSpace) is not '\0' and var blank)
            return $"the blank U+{(int)blank:X4} in it is part of the word: write an ordinary one";
        if (Suggestion.Hint(name, Names) is { } hint) return hint;
        if (name is "&&" or "||" or "|" or ";" || name.StartsWith('-'))
            return $"to continue the line above, end it with {context.Escape}";
        if (name is "<<<<<<<" or "=======" or ">>>>>>>") return "this is a merge conflict";
        return context.PreviousLine is { } line
            ? $"a command begins with RUN; if this belongs to line {line}, end that line with {context.Escape}"
            : "a command begins with RUN";
    }

    private static string Shorten(string name) => name.Length <= 40 ? name : name[..40] + "...";
}
