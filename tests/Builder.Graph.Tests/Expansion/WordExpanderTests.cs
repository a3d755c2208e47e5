using System.Diagnostics;
using Builder.Graph.Expansion;
using Builder.Parser.Diagnostics;
using Builder.Parser.Syntax;
using Builder.Parser.Text;
using FsCheck;
using FsCheck.Fluent;

namespace Builder.Graph.Tests.Expansion;

public sealed class WordExpanderTests
{
    private static readonly Dictionary<string, string> Variables = new()
    {
        ["X"] = "xxyy",
        ["EMPTY"] = "",
        ["PATH"] = "/usr/bin:/bin",
        ["FILE"] = "a.tar.gz",
        ["STARS"] = "/foo*/*/*.txt",
        ["ODD"] = "()[]{}^$.*?|\\x",
        ["NEEDLE"] = "\\*/",
        ["TWO"] = "80 443",
        ["1"] = "never",
        ["EMOJI"] = "😀a😀",
    };

    [Theory]
    [InlineData("${X#x}", "xyy")]
    [InlineData("${X#*x}", "xyy")]
    [InlineData("${X##*x}", "yy")]
    [InlineData("${X#*x*y}", "y")]
    [InlineData("${X##*x*y}", "")]
    [InlineData("${X#*}", "xxyy")]
    [InlineData("${X##*}", "")]
    [InlineData("${X#}", "xxyy")]
    [InlineData("${X##}", "xxyy")]
    [InlineData("${X#y}", "xxyy")]
    [InlineData("${X#??}", "yy")]
    [InlineData("${X#?????}", "xxyy")]
    [InlineData("${X%y}", "xxy")]
    [InlineData("${X%%y*}", "xx")]
    [InlineData("${X%y*}", "xxy")]
    [InlineData("${X%}", "xxyy")]
    [InlineData("${X%x}", "xxyy")]
    [InlineData("${FILE%.*}", "a.tar")]
    [InlineData("${FILE%%.*}", "a")]
    [InlineData("${FILE#*.}", "tar.gz")]
    [InlineData("${FILE##*.}", "gz")]
    [InlineData("${PATH%%:*}", "/usr/bin")]
    [InlineData("${PATH#${PATH%%:*}}", ":/bin")]
    [InlineData("${ODD#()[]{\\}^$.\\*\\?|\\\\}", "x")]
    [InlineData("${EMOJI#?}", "a😀")]
    [InlineData("${EMOJI%?}", "😀a")]
    [InlineData("${UNSET#x}", "")]
    public void A_pattern_is_taken_off_either_end(string word, string expected) => Assert.Equal(expected, Expand(word));

    [Theory]
    [InlineData("${X/x/-}", "-xyy")]
    [InlineData("${X//x/-}", "--yy")]
    [InlineData("${X/x*y/-}", "-")]
    [InlineData("${X//?/-}", "----")]
    [InlineData("${X/z/-}", "xxyy")]
    [InlineData("${X//y/}", "xx")]
    [InlineData("${X/y*/$X}", "xxxxyy")]
    [InlineData("${X/*/-}", "-")]
    [InlineData("${X//*/-}", "-")]
    [InlineData("${X/$EMPTY/ww}", "wwxxyy")]
    [InlineData("${X//$EMPTY/-}", "-x-x-y-y-")]
    [InlineData("${X///}", "xxyy")]
    [InlineData("${PATH//\\//_}", "_usr_bin:_bin")]
    [InlineData("${PATH//\\//\\/}", "\\/usr\\/bin:\\/bin")]
    [InlineData("${STARS/$NEEDLE/.} ${STARS//$NEEDLE/.}", "/foo.*/*.txt /foo..*.txt")]
    [InlineData("${UNSET/a/b}", "")]
    public void A_pattern_is_replaced(string word, string expected) => Assert.Equal(expected, Expand(word));

    [Theory]
    [InlineData("${EMPTY-w}", "")]
    [InlineData("${EMPTY:-w}", "w")]
    [InlineData("${UNSET-w}", "w")]
    [InlineData("${EMPTY+w}", "w")]
    [InlineData("${EMPTY:+w}", "")]
    [InlineData("${UNSET+w}", "")]
    [InlineData("${EMPTY?w}", "")]
    [InlineData("${X:?w}", "xxyy")]
    [InlineData("${UNSET:-'$X'\"$X\"}", "$Xxxyy")]
    [InlineData("${UNSET:-a\\}b}", "a}b")]
    [InlineData("\"${UNSET:-\"a b\"}\"", "a b")]
    [InlineData("$1$@${1:-n}", "n")]
    public void An_operator_chooses_between_value_and_word(string word, string expected) => Assert.Equal(expected, Expand(word));

    [Theory]
    [InlineData("a'b", "BLD2101", "'", "add the missing ' or escape the quote")]
    [InlineData("a\"b", "BLD2101", "\"", "add the missing \" or escape the quote")]
    [InlineData("a${X", "BLD2102", "${X", "add the missing '}'")]
    [InlineData("a${", "BLD2102", "${", "add the missing '}'")]
    [InlineData("a${X:-b", "BLD2102", "${X:-b", "add the missing '}'")]
    [InlineData("a${X:", "BLD2102", "${X:", "add the missing '}'")]
    [InlineData("${X/a}", "BLD2102", "${X/a}", "write ${name/pattern/replacement}")]
    [InlineData("a${}b", "BLD2103", "${}", "write ${name}; a literal '$' is escaped")]
    [InlineData("${X:=b}", "BLD2103", "${X:=", "a Dockerfile can't assign here; use ':-' for a default")]
    [InlineData("${X=b}", "BLD2103", "${X=b", "a Dockerfile can't assign here; use ':-' for a default")]
    [InlineData("${X:#b}", "BLD2103", "${X:#", "supported are :- - :+ + :? ? # ## % %% / //")]
    [InlineData("${X,,}", "BLD2103", "${X,,", "supported are :- - :+ + :? ? # ## % %% / //")]
    [InlineData("b${UNSET:?}c", "BLD2104", "${UNSET:?}", null)]
    [InlineData("b${EMPTY:?say $X}c", "BLD2104", "${EMPTY:?say $X}", "the variable 'EMPTY' is empty")]
    [InlineData("b${UNSET?say}c", "BLD2104", "${UNSET?say}", "the variable 'UNSET' is not set")]
    [InlineData("${X#a\\b}", "BLD2105", "a\\b", null)]
    [InlineData("${X//\\x/b}", "BLD2105", "\\x", null)]
    public void A_fault_is_pointed_at(string text, string code, string culprit, string? hint)
    {
        const int Offset = 100;
        ExpansionResult result = WordExpander.Expand(new Word(text, new SourceSpan(Offset, text.Length)), '\\', Lookup);
        Diagnostic fault = Assert.Single(result.Diagnostics);
        Assert.False(result.Succeeded);
        Assert.Equal("", result.Text);
        Assert.Equal((code, culprit, hint), (fault.Code, text.Substring(fault.Span.Start - Offset, fault.Span.Length), fault.Hint));
    }

    [Fact]
    public void The_message_of_a_required_variable_is_expanded()
    {
        Diagnostic fault = Assert.Single(WordExpander.Expand(WordOf("${UNSET:?needs $X}"), '\\', Lookup).Diagnostics);
        Assert.Equal("UNSET: needs xxyy", fault.Message);
    }

    [Theory]
    [InlineData("${X:-${UNSET:?}}", "xxyy")]
    [InlineData("${UNSET:+${UNSET:?}}", "")]
    public void A_word_that_is_not_used_requires_nothing(string word, string expected) => Assert.Equal(expected, Expand(word));

    [Fact]
    public void Undefined_variables_are_named_with_their_places_unless_provided_for()
    {
        const string Text = "$A/${B}${C:-$D}${E+$F}${X:-$G}${H#x}$1${I:-}";
        ExpansionResult result = WordExpander.Expand(WordOf(Text), '\\', Lookup);
        Assert.Equal(
            [("A", "$A"), ("B", "${B}"), ("D", "$D"), ("H", "${H#x}"), ("1", "$1")],
            result.UndefinedVariables.Select(u => (u.Text, Text.Substring(u.Span.Start, u.Span.Length))));
    }

    [Fact]
    public void Where_decoding_moved_characters_the_whole_word_is_pointed_at()
    {
        ExpansionResult result = WordExpander.Expand(new Word("'", new SourceSpan(5, 9)), '\\', Lookup);
        Assert.Equal(new SourceSpan(5, 9), Assert.Single(result.Diagnostics).Span);
    }

    [Theory]
    [InlineData("a`$X\\b", "a$X\\b")]
    [InlineData("\"`$X`a\\\"", "$X`a\\")]
    [InlineData("${ODD%`?|*}", "()[]{}^$.*")]
    [InlineData("a`", "a")]
    public void The_backtick_escapes_where_it_was_chosen(string word, string expected) =>
        Assert.Equal(expected, WordExpander.Expand(WordOf(word), '`', Lookup).Text);

    [Theory]
    [InlineData("80", new[] { "80" })]
    [InlineData("$TWO", new[] { "80", "443" })]
    [InlineData("1$TWO/tcp", new[] { "180", "443/tcp" })]
    [InlineData("\"$TWO\"", new[] { "80 443" })]
    [InlineData("${UNSET:-1 2}", new[] { "1", "2" })]
    [InlineData("a\\ b", new[] { "a b" })]
    [InlineData("$UNSET", new string[0])]
    public void Expose_splits_what_was_expanded(string word, string[] expected)
    {
        SplitExpansionResult result = WordExpander.ExpandAndSplit(WordOf(word), '\\', Lookup);
        Assert.True(result.Succeeded);
        Assert.Equal(expected, result.Words);
    }

    [Fact]
    public void A_fault_leaves_no_words()
    {
        SplitExpansionResult result = WordExpander.ExpandAndSplit(WordOf("1 ${"), '\\', Lookup);
        Assert.False(result.Succeeded);
        Assert.Empty(result.Words);
    }

    [Theory]
    [InlineData("\"$X\" 'it's ${UNSET:-\"q\"}\n", "\"xxyy\" 'it's \"q\"\n")]
    [InlineData("\\$X \\\\ \\\n", "$X \\ \n")]
    [InlineData("`$X\n", "`xxyy\n")]
    public void A_here_document_keeps_its_quotes(string body, string expected) => Assert.Equal(expected, ExpandHeredoc(body, expand: true).Text);

    [Fact]
    public void A_here_document_with_a_quoted_delimiter_is_left_alone() => Assert.Equal("\\$X ${", ExpandHeredoc("\\$X ${", expand: false).Text);

    [Fact]
    public void Growth_and_depth_are_bounded()
    {
        string big = new('x', ExpansionPass.MaxLength / 2);
        Func<string, string?> lookup = _ => big;
        Assert.Equal("BLD2106", CodeOf("$A$A$A", lookup));
        Assert.Equal("BLD2106", CodeOf("\"$A$A$A\"", lookup));
        Assert.Equal("BLD2106", CodeOf("${A//x/$A}", lookup));
        Assert.Equal("BLD2106", CodeOf(string.Concat(Enumerable.Repeat("${B:-", 100_000)), _ => null));
        Assert.Equal("BLD2105", CodeOf("${A#" + new string('*', 2000) + "}", lookup));
    }

    [Fact]
    public void The_worst_pattern_takes_bounded_time()
    {
        string value = new('a', 200_000);
        var clock = Stopwatch.StartNew();
        string pattern = string.Concat(Enumerable.Repeat("*a", 250)) + new string('?', 250) + "b";
        Assert.Equal(value, WordExpander.Expand(WordOf("${V##" + pattern + "}"), '\\', _ => value).Text);
        Assert.Equal(value, WordExpander.Expand(WordOf("${V//" + pattern + "/x}"), '\\', _ => value).Text);

        // Seconds as it is, on a busy machine a minute; centuries for a matcher that tries every way.
        Assert.True(clock.Elapsed < TimeSpan.FromMinutes(5), clock.Elapsed.ToString());
    }

    [Fact]
    public void A_trimmed_value_is_put_together_again_from_what_matched()
    {
        Gen<string> text = Gen.Elements('a', 'b', '*', '?').ListOf().Select(chars => string.Concat(chars.Take(8)));
        Prop.ForAll(text.ToArbitrary(), text.ToArbitrary(), (value, pattern) =>
        {
            string Of(string word) => WordExpander.Expand(WordOf(word), '\\', name => name == "V" ? value : pattern).Text;
            string shortest = Of("${V#$P}");
            string longest = Of("${V##$P}");
            return value.EndsWith(shortest, StringComparison.Ordinal) && shortest.EndsWith(longest, StringComparison.Ordinal)
                && shortest.Length == Reference(value, pattern, shortestFirst: true) && longest.Length == Reference(value, pattern, shortestFirst: false);
        }).QuickCheckThrowOnFailure();
    }

    /// <summary>Length left after trimming, found by trying every prefix.</summary>
    private static int Reference(string value, string pattern, bool shortestFirst)
    {
        IEnumerable<int> lengths = Enumerable.Range(0, value.Length + 1);
        foreach (int length in shortestFirst ? lengths : lengths.Reverse())
        {
            if (Matches(value[..length], pattern)) return value.Length - length;
        }

        return value.Length;
    }

    private static bool Matches(string text, string pattern)
    {
        if (pattern.Length == 0) return text.Length == 0;
        if (pattern[0] == '*') return Matches(text, pattern[1..]) || (text.Length > 0 && Matches(text[1..], pattern));
        return text.Length > 0 && (pattern[0] == '?' || pattern[0] == text[0]) && Matches(text[1..], pattern[1..]);
    }

    private static string CodeOf(string word, Func<string, string?> lookup) =>
        Assert.Single(WordExpander.Expand(WordOf(word), '\\', lookup).Diagnostics).Code;

    private static string? Lookup(string name) => Variables.GetValueOrDefault(name);

    private static Word WordOf(string text) => new(text, new SourceSpan(0, text.Length));

    private static string Expand(string word)
    {
        ExpansionResult result = WordExpander.Expand(WordOf(word), '\\', Lookup);
        Assert.Empty(result.Diagnostics);
        return result.Text;
    }

    private static ExpansionResult ExpandHeredoc(string body, bool expand) =>
        WordExpander.ExpandHeredoc(new Heredoc("E", body, expand, false, null, new SourceSpan(0, 3), new SourceSpan(4, body.Length)), Lookup);
}
