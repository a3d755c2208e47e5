using Builder.Parser.Syntax;
using Builder.Parser.Text;
using FsCheck;
using FsCheck.Fluent;

namespace Builder.Parser.Tests;

/// <summary>Printing a tree and parsing it again gives the same tree, places and layout left out.</summary>
public sealed class RoundTripTests : ParserTestBase
{
    private static readonly string[] Words =
    [
        "a", "/x", "$V", "${V:-w}", "\"a b\"", "'c d'", "e\\ f", "\"open", "it's", "é日", "--opt", "-", "=", "k=v", "k=\"v w\"", "k='v \\'", "#", "AS",
        "[", "]", "[]", "[\"a\"]", "[\"a b\",\"c\"]", "[\"\\u0041\\n\"]", "[1]", "&&", ">", "80/tcp", "NONE", "CMD", "<<EOF", "<<-'E F'", "3<<\"EOF\"",
        "\\\\", "`", "\\",
    ];

    private static readonly string[] Starts =
    [
        "FROM", "from", "RUN", "CMD", "ENTRYPOINT", "SHELL", "ENV", "LABEL", "ARG", "COPY", "ADD", "EXPOSE", "VOLUME", "USER", "WORKDIR", "STOPSIGNAL",
        "MAINTAINER", "HEALTHCHECK", "HEALTHCHECK CMD", "ONBUILD RUN", "ONBUILD COPY", "ONBUILD ENV", "RUN --mount=type=cache,target=\"/a b\"",
        "RUN --network=none --device=x", "COPY --from=b --link --exclude='* x'", "ADD --unpack=false --keep-git-dir", "COPY --chown=a\\ b --",
        "HEALTHCHECK --interval=5s --retries=3 CMD", "FROM --platform=$P", "# comment\n# escape=`\nUSER", "SHELL [\"a\"]\nUSER",
    ];

    private static readonly string[] Blanks = [" ", "  ", "\t", " \\\n", "\\\n  ", " \\\n# gone\n", " \\\n\n"];

    [Fact]
    public void A_printed_tree_parses_to_the_same_tree()
    {
        Gen<string> line =
            from start in Gen.Elements(Starts)
            from words in Gen.Zip(Gen.Elements(Blanks), Gen.Elements(Words)).ListOf()
            select start + string.Concat(words.Take(6).Select(w => w.Item1 + w.Item2)) + "\nx\nEOF\ny\n\tE F\nE F\n";
        Gen<string> file =
            from head in Gen.Elements("", "# escape=`\n", "# syntax=x\n# escape=\\\n", "\uFEFF", "# note\n")
            from lines in line.NonEmptyListOf()
            select head + string.Concat(lines);
        Prop.ForAll(file.ToArbitrary(), text => Check(text)).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));
    }

    [SharedDataFact]
    public void The_corpus_survives_printing()
    {
        string folder = Path.Combine(SharedData.Root, "dockerfiles", "accept");
        foreach (string path in Directory.EnumerateFiles(folder, "Dockerfile", SearchOption.AllDirectories)) Assert.True(Check(File.ReadAllText(path)), path);
    }

    private static bool Check(string text)
    {
        DockerfileSyntax first = Parse(text).Dockerfile;
        first = first with { Instructions = new([.. first.Instructions.Where(i => i is not OnbuildInstruction { Inner: null })]) };
        if (first.Instructions.Count == 0) return true;
        string printed = DockerfilePrinter.Print(first);
        ParseResult result = Parse(printed);
        string expected = Describe(first);
        string actual = Describe(result.Dockerfile);
        Assert.Equal(expected, actual);
        Assert.Equal(printed, DockerfilePrinter.Print(result.Dockerfile));
        return true;
    }

    /// <summary>The tree as text, without places and without the instruction's text, which keeps the author's blanks.</summary>
    private static string Describe(DockerfileSyntax dockerfile) =>
        string.Join('\n', dockerfile.Instructions.Select(i => Describe(i)).Prepend(
            $"{dockerfile.EscapeCharacter} {string.Join(", ", dockerfile.Directives.Select(d => $"{d.Name}={d.Value}"))}"));

    private static string Describe(object? node) => node switch
    {
        null => "null",
        string text => $"'{text}'",
        Word word => $"'{word.Text}'",
        OnbuildInstruction onbuild => $"{onbuild.Keyword.Text} {Describe(onbuild.Inner!)}",
        SourceSpan => "",
        System.Collections.IEnumerable items => $"[{string.Join(", ", items.Cast<object>().Select(Describe))}]",
        _ when node.GetType().Namespace == typeof(Word).Namespace => DescribeParts(node),
        _ => node.ToString()!,
    };

    private static string DescribeParts(object node) =>
        $"{node.GetType().Name}({string.Join(", ", node.GetType().GetProperties().Where(p => p.Name is not (nameof(Instruction.Text) or "EqualityContract") || node is not Instruction).Select(p => $"{p.Name}={Describe(p.GetValue(node))}"))})";
}
