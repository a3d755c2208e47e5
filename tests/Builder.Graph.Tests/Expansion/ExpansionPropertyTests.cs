using Builder.Graph.Expansion;
using Builder.Parser.Syntax;
using Builder.Parser.Text;
using FsCheck;
using FsCheck.Fluent;

namespace Builder.Graph.Tests.Expansion;

/// <summary>Expansion against a model: a tree is printed for the expander, and evaluated by itself without any text being read.</summary>
public class ExpansionPropertyTests
{
    private static readonly Dictionary<string, string> Variables = new() { ["full"] = "a/b.c/b", ["empty"] = "", ["x1"] = "*?" };

    private static Gen<Part> Parts => Gen.Sized(size => PartOf(Math.Min(size, 6)));

    [Fact]
    public void Every_word_expands_as_its_tree_says() => Check(Parts.ListOf().ToArbitrary(), parts => string.Concat(parts.Select(p => p.Text)), parts => string.Concat(parts.Select(p => p.Value)));

    [Fact]
    public void Double_quotes_around_a_word_change_nothing_but_what_quotes_mean() => Check(
        PlainParts.ListOf().ToArbitrary(), parts => '"' + string.Concat(parts.Select(p => p.Text)) + '"', parts => string.Concat(parts.Select(p => p.Value)));

    [Fact]
    public void Single_quotes_keep_everything() => Check(
        PlainParts.ListOf().ToArbitrary(), parts => '\'' + string.Concat(parts.Select(p => p.Text)) + '\'', parts => string.Concat(parts.Select(p => p.Text)));

    private static Gen<string> Names => Gen.Elements("full", "empty", "x1", "unset");

    private static Gen<Part> Literals => Gen.Elements("a", "bc", "/", ".", " ", "=", "é", "日", "-", ":").Select(text => new Part(text, text));

    private static Gen<Part> PlainParts => Gen.OneOf(Literals, Names.Select(Braced));

    private static Gen<Part> PartOf(int depth)
    {
        Gen<Part> quoted = Gen.Elements("a $b", "}", "\\", "\"").Select(text => new Part($"'{text}'", text));
        Gen<Part> escaped = Gen.Elements("$", "'", "\"", "\\", "}", "a").Select(text => new Part("\\" + text, text));
        Gen<Part> special = Gen.Elements("$1", "$@", "$?", "${0}", "$12").Select(text => new Part(text, ""));
        Gen<Part> leaf = Gen.OneOf(Literals, quoted, escaped, special, Names.Select(Braced));
        if (depth == 0) return leaf;
        Gen<Part> inner = PartOf(depth - 1).ListOf().Select(parts => new Part(
            string.Concat(parts.Take(3).Select(p => p.Text)), string.Concat(parts.Take(3).Select(p => p.Value))));
        Gen<Part> conditional =
            from name in Names
            from form in Gen.Elements(":-", "-", ":+", "+")
            from word in inner
            select Conditional(name, form, word);
        Gen<Part> trimmed =
            from name in Names
            from form in Gen.Elements("#", "##", "%", "%%")
            from pattern in Gen.Elements("a", "b", "a*", "*b", "*", "?", "*.", "x", "a?b", "\\*", "*/")
            select Trimmed(name, form, pattern);
        Gen<Part> doubleQuoted = inner.Where(part => !part.Text.AsSpan().ContainsAny('"', '\'', '\\')).Select(part => new Part($"\"{part.Text}\"", part.Value));
        return Gen.OneOf(leaf, conditional, trimmed, doubleQuoted);
    }

    private static Part Braced(string name) => new($"${{{name}}}", Variables.GetValueOrDefault(name, ""));

    private static Part Conditional(string name, string form, Part word)
    {
        bool present = Variables.TryGetValue(name, out string? value) && (form[0] != ':' || value.Length > 0);
        string result = form[^1] == '+' ? (present ? word.Value : "") : present ? value! : word.Value; // present says that it isn't null
        return new Part($"${{{name}{form}{word.Text}}}", result);
    }

    // By trying every prefix or suffix, which is what the rule says and no implementation would do.
    private static Part Trimmed(string name, string form, string pattern)
    {
        string value = Variables.GetValueOrDefault(name, "");
        bool prefix = form[0] == '#';
        IEnumerable<int> lengths = Enumerable.Range(0, value.Length + 1);
        if (form.Length == 2) lengths = lengths.Reverse();
        int cut = lengths.FirstOrDefault(length => Fits(pattern, prefix ? value[..length] : value[(value.Length - length)..]), 0);
        return new Part($"${{{name}{form}{pattern}}}", prefix ? value[cut..] : value[..(value.Length - cut)]);
    }

    private static bool Fits(string pattern, string text)
    {
        if (pattern.Length == 0) return text.Length == 0;
        if (pattern[0] == '*') return Fits(pattern[1..], text) || (text.Length > 0 && Fits(pattern, text[1..]));
        if (text.Length == 0) return false;
        if (pattern[0] == '\\') return pattern[1] == text[0] && Fits(pattern[2..], text[1..]);
        return (pattern[0] == '?' || pattern[0] == text[0]) && Fits(pattern[1..], text[1..]);
    }

    private static void Check(Arbitrary<List<Part>> words, Func<List<Part>, string> text, Func<List<Part>, string> expected) =>
        Prop.ForAll(words, parts =>
        {
            string source = text(parts);
            ExpansionResult result = WordExpander.Expand(new Word(source, new SourceSpan(0, source.Length)), '\\', Variables.GetValueOrDefault);
            Assert.Empty(result.Diagnostics);
            Assert.Equal(expected(parts), result.Text);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    /// <summary>A piece of a word.</summary>
    /// <param name="Text">As the expander reads it.</param>
    /// <param name="Value">What it must become.</param>
    private sealed record Part(string Text, string Value);
}
