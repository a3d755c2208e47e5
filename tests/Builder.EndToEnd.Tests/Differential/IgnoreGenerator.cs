using System.Text;

namespace Builder.EndToEnd.Tests.Differential;

/// <summary>
/// Random ignore files that leave <see cref="ContextGenerator.KeptFile"/>, <see cref="ContextGenerator.KeptDirectory"/> and archives alone. Exceptions with a
/// wildcard come only with patterns that ignore no directory, because 20.10 doesn't look for them there (differences.md).
/// </summary>
internal static class IgnoreGenerator
{
    private static readonly string[] OfFiles = ["*.log", "**/*.txt", "[a-c]", "**/x-?", "Z", "./b", "src/../a", "*/*.c", ".hidden", "/e.txt", "**/?", "*.c", "data/[a-b]", "  c.txt  "];
    private static readonly string[] ExceptionsByWildcard = ["!**/c.txt", "!src/*", "!**/main.?", "!*.log", "!libs/[a-b]"];
    private static readonly string[] OfDirectories = ["src", "libs/*", "tests/", "**/pkg-1", "sub dir", ".conf.d/**", "s*", "data/src", "*/libs", "odd"];
    private static readonly string[] ExceptionsByName = ["!src/main.c", "!libs/a", "!src/libs", "!tests/c.txt", "!pkg-1/x-1", "!data/src/a"];

    public static string Generate(Chance chance)
    {
        string[] patterns = chance.In100(50) ? [.. OfFiles, .. ExceptionsByWildcard, .. ExceptionsByWildcard] : [.. OfFiles, .. OfDirectories, .. OfDirectories, .. ExceptionsByName];
        StringBuilder text = new();
        bool ignoresAll = chance.In100(15);
        if (ignoresAll)
            text.Append($"*\n!{ContextGenerator.KeptFile}\n!{ContextGenerator.KeptDirectory}\n!pack*\n");
        for (int i = chance.Between(1, 5); i > 0; i--)
            text.Append(chance.In100(10) ? chance.Pick("# a comment", "", "nothing/here") : chance.Pick(ignoresAll ? OfFiles : patterns)).Append('\n');
        return text.ToString();
    }
}
