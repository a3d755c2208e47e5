using Builder.Executor.Contexts;

namespace Builder.Executor.Tests.Contexts;

public sealed class IgnoreRulesTests
{
    // Rules (lines separated by |), path, excluded or not.
    [Theory]
    [InlineData("", "a", false)]
    [InlineData("a", "a", true)]
    [InlineData("a", "b", false)]
    [InlineData("a", "ab", false)]
    [InlineData("a", "a/b", true)]
    [InlineData("a", "a/b/c", true)]
    [InlineData("a", "b/a", false)]
    [InlineData("/a", "a", true)]
    [InlineData("/a/", "a/b", true)]
    [InlineData("a/", "a", true)]
    [InlineData("./a", "a", true)]
    [InlineData("a//b", "a/b", true)]
    [InlineData("a/./b", "a/b", true)]
    [InlineData("a/../b", "b", true)]
    [InlineData("../a", "a", false)]
    [InlineData("/../a", "a", true)]
    [InlineData(".", "a", false)]
    [InlineData("/", "a", false)]
    [InlineData("  a  ", "a", true)]
    [InlineData("#a", "#a", false)]
    [InlineData(" #a", "#a", true)]
    [InlineData("\uFEFFa", "a", true)]
    [InlineData("*", "a", true)]
    [InlineData("*", ".hidden", true)]
    [InlineData("*", "a/b", true)]
    [InlineData("*.txt", "a.txt", true)]
    [InlineData("*.txt", "dir/a.txt", false)]
    [InlineData("*.txt", ".txt", true)]
    [InlineData("*.txt", "a.txt/b", true)]
    [InlineData("*/a", "x/a", true)]
    [InlineData("*/a", "a", false)]
    [InlineData("*/a", "x/y/a", false)]
    [InlineData("*/*/a", "x/y/a", true)]
    [InlineData("a*c", "abc", true)]
    [InlineData("a*c", "ac", true)]
    [InlineData("a*c", "a/c", false)]
    [InlineData("a?c", "abc", true)]
    [InlineData("a?c", "ac", false)]
    [InlineData("a?c", "a/c", false)]
    [InlineData("?", "ä", true)]
    [InlineData("?", "😀", true)]
    [InlineData("[ab]", "a", true)]
    [InlineData("[ab]", "c", false)]
    [InlineData("[a-c]x", "bx", true)]
    [InlineData("[a-c]x", "dx", false)]
    [InlineData("[^a]", "b", true)]
    [InlineData("[^a]", "a", false)]
    [InlineData("a[^x]b", "a/b", true)]
    [InlineData("[!a]", "!", true)]
    [InlineData("[!a]", "b", false)]
    [InlineData("[\\]]", "]", true)]
    [InlineData("[\\-]", "-", true)]
    [InlineData("]", "]", true)]
    [InlineData("\\*", "*", true)]
    [InlineData("\\*", "a", false)]
    [InlineData("a.c", "abc", false)]
    [InlineData("a$", "a$", true)]
    [InlineData("a+", "a+", true)]
    [InlineData("a+", "aa", false)]
    [InlineData("(a)", "(a)", true)]
    [InlineData("a b", "a b", true)]
    [InlineData("**", "a", true)]
    [InlineData("**", "a/b/c", true)]
    [InlineData("**/a", "a", true)]
    [InlineData("**/a", "x/a", true)]
    [InlineData("**/a", "x/y/a", true)]
    [InlineData("**/a", "x/y/a/z", true)]
    [InlineData("**/a", "ba", false)]
    [InlineData("**/*.go", "x/y.go", true)]
    [InlineData("**/*.go", "y.go", true)]
    [InlineData("**/*.go", "y.gox", false)]
    [InlineData("a/**", "a/b", true)]
    [InlineData("a/**", "a/b/c", true)]
    [InlineData("a/**", "a", false)]
    [InlineData("a/**/b", "a/b", true)]
    [InlineData("a/**/b", "a/x/b", true)]
    [InlineData("a/**/b", "a/x/y/b", true)]
    [InlineData("a/**/b", "a/xb", false)]
    [InlineData("a**", "abc", true)]
    [InlineData("a**", "ab/c", true)]
    [InlineData("**/a/**", "x/a/y", true)]
    [InlineData("**/a/**", "a/y", true)]
    [InlineData("**/a/**", "x/a", false)]
    [InlineData("**/.git", "sub/.git/config", true)]
    [InlineData("**/x*y", "d/xay", true)]
    [InlineData("a|!a", "a", false)]
    [InlineData("!a|a", "a", true)]
    [InlineData("a|!a/b", "a", true)]
    [InlineData("a|!a/b", "a/b", false)]
    [InlineData("a|!a/b", "a/b/c", false)]
    [InlineData("a|!a/b", "a/c", true)]
    [InlineData("a|!a/b|a/b/c", "a/b/c", true)]
    [InlineData("a|!a/b|a/b/c", "a/b/d", false)]
    [InlineData("*|!src", "src/x.c", false)]
    [InlineData("*|!src", "lib/x.c", true)]
    [InlineData("*|! src", "src/x.c", false)]
    [InlineData("*|!/src/", "src/x.c", false)]
    [InlineData("*.md|!README*.md|README-secret.md", "README.md", false)]
    [InlineData("*.md|!README*.md|README-secret.md", "README-secret.md", true)]
    [InlineData("*.md|README-secret.md|!README*.md", "README-secret.md", false)]
    [InlineData("**|!**/*.c", "a/b/x.c", false)]
    [InlineData("**|!**/*.c", "a/b/x.h", true)]
    [InlineData("!a", "a", false)]
    public void The_last_matching_line_decides(string lines, string path, bool excluded)
    {
        IgnoreRules rules = IgnoreRules.Parse(lines.Replace('|', '\n'), ".dockerignore");

        Assert.Equal(excluded, rules.Excludes(TreePath.Parse(path)));
    }

    [Theory]
    [InlineData("a|!a/b", "a", true)]
    [InlineData("a|!a/b/c", "a/b", true)]
    [InlineData("a|!c", "a", false)]
    [InlineData("a|!ab/c", "a", false)]
    [InlineData("!a/b|a", "a", false)]
    [InlineData("*|!**/x", "a/b", true)]
    [InlineData("*|!*/x", "a", true)]
    [InlineData("*|!*/x", "a/b", false)]
    [InlineData("a|!a", "b", false)]
    public void An_excluded_directory_is_entered_only_when_a_later_line_may_take_something_back(string lines, string directory, bool expected)
    {
        IgnoreRules rules = IgnoreRules.Parse(lines.Replace('|', '\n'), ".dockerignore");
        IgnoreState state = rules.Start;
        TreePath path = TreePath.Root;
        foreach (byte[] name in TreePath.Parse(directory).Names())
        {
            path = path.Child(name);
            state = rules.Enter(state, path);
        }

        Assert.Equal(expected, rules.MayIncludeBelow(state, path));
    }

    [Theory]
    [InlineData("!", "x.dockerignore:1: '!' needs a pattern behind it")]
    [InlineData("a\n[", "x.dockerignore:2: the pattern '[' has a malformed [...] part")]
    [InlineData("[]", "x.dockerignore:1: the pattern '[]' has a malformed [...] part")]
    [InlineData("[a-]", "x.dockerignore:1: the pattern '[a-]' has a malformed [...] part")]
    [InlineData("src\\obj", "x.dockerignore:1: the pattern 'src\\obj' has a backslash before 'o', which means nothing; directories are separated by '/'")]
    [InlineData("a\\", "x.dockerignore:1: the pattern 'a\\' ends in a backslash")]
    public void A_malformed_line_is_named(string text, string message)
    {
        var e = Assert.Throws<OperationException>(() => IgnoreRules.Parse(text, "x.dockerignore"));

        Assert.Equal(message, e.Message);
    }

    [Fact]
    public void The_rule_that_hides_a_path_is_known_with_its_line()
    {
        IgnoreRules rules = IgnoreRules.Parse("# build output\n\n*.o\nout/\n", ".dockerignore");

        IgnoreRule? rule = rules.ExcludingRule(TreePath.Parse("out/a/b"));

        Assert.Equal((4, "out/"), (rule!.Line, rule.Text));
        Assert.Null(rules.ExcludingRule(TreePath.Parse("src")));
    }

    [Fact]
    public void A_hostile_pattern_takes_no_longer_than_any_other()
    {
        string pattern = string.Concat(Enumerable.Repeat("**/*a", 200)) + "b";
        IgnoreRules rules = IgnoreRules.Parse(pattern, ".dockerignore");

        Assert.False(rules.Excludes(TreePath.Parse(new string('a', 2000))));
    }

    [Theory]
    [InlineData("*", 60_000)]
    [InlineData("**/", 20_000)]
    [InlineData("\\b", 30_000)]
    [InlineData("*\\B", 20_000)]
    public void A_pattern_of_any_length_needs_no_deep_stack(string piece, int count)
    {
        IgnoreRules rules = IgnoreRules.Parse(string.Concat(Enumerable.Repeat(piece, count)) + "\n", ".dockerignore");
        bool excluded = false;
        var small = new Thread(() => excluded = rules.Excludes(TreePath.Parse("a")), maxStackSize: 256 << 10);
        small.Start();
        small.Join();
        Assert.Equal(piece is "*" or "**/", excluded);
    }

    [Theory]
    [InlineData("\\ba\\b", "a", true)]
    [InlineData("\\b*\\b", "a b", true)]
    [InlineData("\\b*\\b", " b", false)]
    [InlineData("a\\b\\b\\Bb", "ab", false)]
    [InlineData("a\\B\\Bb", "ab", true)]
    [InlineData("**/\\bx", "d/x", true)]
    [InlineData("x\\b*", "x y", true)]
    [InlineData("x\\b*", "xy", false)]
    public void Boundaries_hold_between_a_word_and_what_is_none(string pattern, string path, bool excluded) =>
        Assert.Equal(excluded, IgnoreRules.Parse(pattern, ".dockerignore").Excludes(TreePath.Parse(path)));

    [Fact]
    public void Patterns_too_long_or_too_many_are_refused_by_line()
    {
        string tooLong = Assert.Throws<OperationException>(() => IgnoreRules.Parse("a\n" + new string('b', 65_537), ".dockerignore")).Message;
        string tooMany = Assert.Throws<OperationException>(() => IgnoreRules.Parse(string.Concat(Enumerable.Repeat("a\n", 65_537)), ".dockerignore")).Message;
        Assert.Equal(".dockerignore:2: a pattern has more than 65536 characters", tooLong);
        Assert.Equal(".dockerignore:65537: there are more than 65536 patterns", tooMany);
        Assert.True(IgnoreRules.Parse(string.Concat(Enumerable.Repeat("a\n", 65536)) + "\n# the end\n", ".dockerignore").Excludes(TreePath.Parse("a")));
    }
}
