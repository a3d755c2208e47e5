using Builder.Graph.Operations;
using Builder.Graph.Sources;

namespace Builder.Graph.Tests.Sources;

public sealed class GitLocationTests
{
    private const string Commit = "0123456789abcdef0123456789abcdef01234567";

    [Theory]
    [InlineData("https://h/a.git", true)]
    [InlineData("https://h/a.git#v1:dir", true)]
    [InlineData("http://h/a.git?ref=x", true)]
    [InlineData("https://h/a", false)]
    [InlineData("https://h/a.git/x", false)]
    [InlineData("https://h/x?y=a.git", false)]
    [InlineData("git://h/a", true)]
    [InlineData("ssh://git@h/a", true)]
    [InlineData("git@h:a/b", true)]
    [InlineData("some.user@h.example:a", true)]
    [InlineData("file:///a.git", false)]
    [InlineData("ext::sh -c x", false)]
    [InlineData("./git@h:a", false)]
    [InlineData("github.com/a/b", false)]
    [InlineData("-git@h:a", false)]
    public void Repositories_are_told_by_their_form(string text, bool expected) => Assert.Equal(expected, GitLocation.IsGit(text));

    [Fact]
    public void The_bare_form_of_GitHub_counts_where_it_can_be_no_path()
    {
        Assert.True(GitLocation.IsGit("github.com/a/b#v1", allowBareGitHub: true));
        Assert.Equal(("https://github.com/a/b", "v1"), (GitLocation.Parse("github.com/a/b#v1").Remote, GitLocation.Parse("github.com/a/b#v1").Ref));
    }

    [Theory]
    [InlineData("https://h/a.git", "https://h/a.git", null, null)]
    [InlineData("https://h/a.git#main", "https://h/a.git", "main", null)]
    [InlineData("https://h/a.git#main:x/y", "https://h/a.git", "main", "x/y")]
    [InlineData("https://h/a.git#:x", "https://h/a.git", null, "x")]
    [InlineData("https://h/a.git#refs/pull/1/head", "https://h/a.git", "refs/pull/1/head", null)]
    [InlineData("git@h:a/b.git#v1:d", "git@h:a/b.git", "v1", "d")]
    [InlineData("https://h/a.git?tag=v1", "https://h/a.git", "refs/tags/v1", null)]
    [InlineData("https://h/a.git?branch=b&subdir=s", "https://h/a.git", "refs/heads/b", "s")]
    [InlineData("https://h/a.git?branch=refs/heads/b", "https://h/a.git", "refs/heads/b", null)]
    [InlineData("https://h/a.git?ref=v1#v1", "https://h/a.git", "v1", null)]
    [InlineData("https://h/a.git?commit=" + Commit, "https://h/a.git", Commit, null)]
    [InlineData("https://h/a.git?branch=b&fetch-by-commit=1&commit=" + Commit, "https://h/a.git", Commit, null)]
    public void Fragment_and_query_say_what_is_taken(string text, string remote, string? reference, string? subdirectory)
    {
        GitLocation git = GitLocation.Parse(text);
        Assert.Equal((remote, reference, subdirectory), (git.Remote, git.Ref, git.Subdirectory));
    }

    [Fact]
    public void Switches_of_the_query_win_over_those_of_the_instruction()
    {
        GitOperation git = GitLocation.Parse("https://h/a.git?keep-git-dir=false&submodules=0&mtime=commit").ToOperation(keepGitDirectory: true);
        Assert.Equal((false, false, true), (git.KeepGitDirectory, git.Submodules, git.CommitTimes));
        git = GitLocation.Parse("https://h/a.git?keep-git-dir&submodules").ToOperation(keepGitDirectory: false);
        Assert.Equal((true, true, false), (git.KeepGitDirectory, git.Submodules, git.CommitTimes));
    }

    [Theory]
    [InlineData("https://h/a.git?x=1", "unknown key 'x'")]
    [InlineData("https://h/a.git?ref=a&ref=b", "the key 'ref' is there twice")]
    [InlineData("https://h/a.git?ref=", "the key 'ref' has no value")]
    [InlineData("https://h/a.git?ref=a#b", "two values for ref: 'b' and 'a'")]
    [InlineData("https://h/a.git?subdir=a#v:b", "two values for subdir: 'b' and 'a'")]
    [InlineData("https://h/a.git?tag=a&branch=b", "a branch and a tag")]
    [InlineData("https://h/a.git?tag=v1#v1", "two values for ref")]
    [InlineData("https://h/a.git?commit=a&checksum=b", "two values for commit")]
    [InlineData("https://h/a.git?keep-git-dir=perhaps", "true or false")]
    [InlineData("https://h/a.git?mtime=never", "checkout or commit")]
    [InlineData("https://h/a.git?fetch-by-commit=1&commit=abc", "the whole hash")]
    [InlineData("https://h/a.git?commit=XYZ", "no hash of a commit")]
    [InlineData("https://h/a.git#a:../b", "leads out of the repository")]
    [InlineData("https://h/a.git#--upload-pack=touch", "no name of a branch")]
    [InlineData("https://h/a.git#a..b", "no name of a branch")]
    [InlineData("https://h/a.git#a*", "no name of a branch")]
    [InlineData("https://h/a.git?ref=%0aa", "no name of a branch")]
    [InlineData("ssh://-oProxyCommand=x/a", "begins with '-'")]
    [InlineData("ssh://u@-oProxyCommand=x/a", "begins with '-'")]
    [InlineData("git@h:-a", "begins with '-'")]
    [InlineData("git://h/a b", "blanks")]
    public void What_contradicts_itself_or_hides_an_option_is_refused(string text, string reason) =>
        Assert.Contains(reason, Assert.Throws<FormatException>(() => GitLocation.Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void Passwords_of_URLs_are_not_shown()
    {
        string message = Assert.Throws<FormatException>(() => GitLocation.Parse("https://me:hunter2@h/a.git?x=1")).Message;
        Assert.Contains("https://me:xxxxx@h/a.git", message, StringComparison.Ordinal);
        Assert.Equal("see https://xxxxx@h/x", UrlText.Redacted("see https://token@h/x"));
        Assert.Equal("ssh://git@h/x", UrlText.Redacted("ssh://git@h/x"));
    }

    [Theory]
    [InlineData("https://h/a/b.txt", "b.txt")]
    [InlineData("https://h/a/b.txt?x=/c", "b.txt")]
    [InlineData("https://h/a%20b/", "a b")]
    [InlineData("https://h/", "__unnamed__")]
    [InlineData("https://h/a/%2e%2e", "__unnamed__")]
    [InlineData("https://h/a%2Fb", "b")]
    public void A_downloaded_file_is_named_by_the_path_of_its_URL(string url, string name) => Assert.Equal(name, HttpLocation.ToOperation(url, digest: null).FileName);
}
