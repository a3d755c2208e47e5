using System.Text;
using Builder.Executor;
using Builder.Executor.Contexts;

namespace Builder.Fuzzing.Tests.Targets;

/// <summary>.dockerignore files, asked about paths of every shape.</summary>
internal sealed class IgnoreFileTarget : IFuzzTarget
{
    private static readonly TreePath[] Paths =
    [
        .. new[] { "a", "a/b", "a/b/c.txt", ".git/config", "日本/é", "x y", "[a]", "*", "a\\b", string.Concat(Enumerable.Repeat("d/", 30)) + "f", new string('n', 255) }.Select(TreePath.Parse),
        TreePath.Root.Child([0xff, 0xfe, (byte)'x']),
    ];

    public string Name => "dockerignore";

    public IReadOnlyList<byte[]> Seeds { get; } =
    [
        .. new[]
        {
            "# comment\n*.md\n!README.md\n**/node_modules\n/abs\n./x/../y\n",
            "**\n!src/**/*.c\n!a[b-d]?\nx\\*y\n\\#z\n",
            "[^a-c]*\n[]-]\n\\bword\\b\n\\d+\\w\\S\\B\\.\n",
            "\uFEFFa\r\n !b \r\n!**/c/**\r\n日*\n",
        }.Select(Encoding.UTF8.GetBytes),
    ];

    public IReadOnlyList<string> Words { get; } =
        ["\n", "\r", "!", "#", "*", "**", "**/", "/**/", "?", "[", "]", "[^", "-", "\\", "\\b", "\\B", "\\d", "\\W", "\\Q", "/", "..", "../", "./", " ", "\t", "\0", "\uFEFF", "a", "日", "[a-]", "[z-a]"];

    public void Read(byte[] input)
    {
        try
        {
            var rules = IgnoreRules.Parse(Encoding.UTF8.GetString(input), ".dockerignore");
            foreach (TreePath path in Paths)
            {
                Assert.Equal(rules.Excludes(path), rules.ExcludingRule(path) is not null);

                // What a directory hides and nothing may take back, hides what is below it.
                IgnoreState above = rules.StateOf(path.Parent);
                if (!path.Parent.IsRoot && above.Excluded && !rules.MayIncludeBelow(above, path.Parent)) Assert.True(rules.Excludes(path), $"{path} in what is excluded");
            }
        }
        catch (OperationException error)
        {
            Assert.StartsWith(".dockerignore:", error.Message, StringComparison.Ordinal);
        }
    }
}
