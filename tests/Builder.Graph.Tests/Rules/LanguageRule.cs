namespace Builder.Graph.Tests.Rules;

/// <summary>One example of a rule of the language, read from <c>testdata/language</c>.</summary>
/// <param name="Name">The rule and what of it is shown.</param>
/// <param name="Dockerfile">The example.</param>
/// <param name="Arguments">Build arguments.</param>
/// <param name="Expected">Facts that hold; <c>not FACT</c> doesn't, and <c>no KIND</c> means that there is no fact of that kind.</param>
internal sealed record LanguageRule(string Name, string Dockerfile, IReadOnlyList<(string Name, string Value)> Arguments, IReadOnlyList<string> Expected)
{
    private const string Title = "=== ";
    private const string Argument = "+++ ";
    private const string Fact = "--> ";

    /// <summary>Reads the examples of one file; <c>&lt;sp&gt;</c> and <c>&lt;tab&gt;</c> stand for what editors take away.</summary>
    public static IEnumerable<LanguageRule> ReadAll(string path)
    {
        string name = "";
        List<string> body = [];
        List<(string, string)> arguments = [];
        List<string> expected = [];
        foreach (string line in File.ReadLines(path).Append(Title).Select(Decode))
        {
            if (line.StartsWith(Title, StringComparison.Ordinal))
            {
                if (name.Length > 0) yield return new LanguageRule(name, string.Join('\n', body) + "\n", arguments, expected);
                (name, body, arguments, expected) = (line[Title.Length..], [], [], []);
            }
            else if (line.StartsWith(Argument, StringComparison.Ordinal))
            {
                string[] pair = line[Argument.Length..].Split('=', 2);
                arguments.Add((pair[0], pair[1]));
            }
            else if (line.StartsWith(Fact, StringComparison.Ordinal))
            {
                expected.Add(line[Fact.Length..]);
            }
            else
            {
                body.Add(line);
            }
        }
    }

    private static string Decode(string line) => line.Replace("<sp>", " ", StringComparison.Ordinal).Replace("<tab>", "\t", StringComparison.Ordinal);
}
