using Builder.Parser.Diagnostics;

namespace Builder.Parser.Tests;

public sealed class SuggestionTests
{
    [Theory]
    [InlineData("biuld", "build")]
    [InlineData("BUILD", "build")]
    [InlineData("bild", "build")]
    [InlineData("tests", "test")]
    [InlineData("release-imge", "release-image")]
    [InlineData("test", null)]
    [InlineData("x", null)]
    [InlineData("", null)]
    [InlineData("production", null)]
    public void The_nearest_name_is_found_when_it_is_near(string word, string? expected) =>
        Assert.Equal(expected, Suggestion.Nearest(word, ["build", "test", "release-image"]));

    [Fact]
    public void The_nearest_of_several_wins() => Assert.Equal("base2", Suggestion.Nearest("bace2", ["base1", "base2", "case3"]));

    [Fact]
    public void A_very_long_word_is_not_compared() => Assert.Null(Suggestion.Nearest(new string('a', 100_000), [new string('a', 99_999)]));

    [Fact]
    public void Only_the_first_of_very_many_candidates_are_compared() =>
        Assert.Null(Suggestion.Nearest("biuld", Enumerable.Repeat("unlike", 100_000).Append("build")));
}
