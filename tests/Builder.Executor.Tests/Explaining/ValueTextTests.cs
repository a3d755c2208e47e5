using Builder.Executor.Explaining;

namespace Builder.Executor.Tests.Explaining;

/// <summary>Values in messages: short, and harmless to a terminal.</summary>
public sealed class ValueTextTests
{
    [Fact]
    public void Short_values_are_shown_whole_and_none_as_nothing()
    {
        Assert.Equal("from 'a' to ''", ValueText.Change("a", ""));
        Assert.Equal("from nothing to 'a'", ValueText.Change(null, "a"));
    }

    [Fact]
    public void Of_long_values_the_part_that_differs_is_shown()
    {
        string same = new('x', 500);
        string text = ValueText.Change(same + "old" + same, same + "new" + same);

        Assert.StartsWith("from '...xxxxxxxxxxxxxxxxxxxxold", text, StringComparison.Ordinal);
        Assert.Contains("to '...xxxxxxxxxxxxxxxxxxxxnew", text, StringComparison.Ordinal);
        Assert.True(text.Length < 300);
    }

    [Fact]
    public void Values_that_were_cut_before_they_differ_say_where() => Assert.Equal("behind its first 3 characters", ValueText.Change("abc", "abc"));

    [Fact]
    public void What_would_move_the_cursor_or_hide_text_is_written_as_an_escape() =>
        Assert.Equal("a\\nb\\t\\u001b[31m\\u202e c", ValueText.OnOneLine("a\nb\t\u001b[31m\u202e c"));
}
