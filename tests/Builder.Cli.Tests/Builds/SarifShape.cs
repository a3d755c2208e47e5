using System.Text.Json;

namespace Builder.Cli.Tests.Builds;

/// <summary>What SARIF 2.1.0 requires of the parts that are written, as far as its schema and its text say.</summary>
internal static class SarifShape
{
    private static readonly string[] Levels = ["none", "note", "warning", "error"];

    public static void Assert(JsonElement log)
    {
        Xunit.Assert.Equal("2.1.0", Text(log, "version"));
        Xunit.Assert.True(Uri.IsWellFormedUriString(Text(log, "$schema"), UriKind.Absolute));
        JsonElement run = Xunit.Assert.Single(log.GetProperty("runs").EnumerateArray());
        JsonElement driver = run.GetProperty("tool").GetProperty("driver");
        Xunit.Assert.NotEmpty(Text(driver, "name"));
        JsonElement[] rules = [.. driver.GetProperty("rules").EnumerateArray()];
        Xunit.Assert.Equal(rules.Length, rules.Select(rule => Text(rule, "id")).Distinct(StringComparer.Ordinal).Count());
        Xunit.Assert.All(rules, rule => Xunit.Assert.NotEmpty(Text(rule.GetProperty("shortDescription"), "text")));
        Xunit.Assert.Contains(Text(run, "columnKind"), (string[])["utf16CodeUnits", "unicodeCodePoints"]);
        foreach (JsonElement result in run.GetProperty("results").EnumerateArray()) AssertResult(result, rules);
    }

    private static void AssertResult(JsonElement result, JsonElement[] rules)
    {
        Xunit.Assert.NotEmpty(Text(result.GetProperty("message"), "text"));
        Xunit.Assert.Contains(Text(result, "level"), Levels);
        if (result.TryGetProperty("ruleIndex", out JsonElement index)) Xunit.Assert.Equal(Text(rules[index.GetInt32()], "id"), Text(result, "ruleId"));
        foreach (JsonElement location in result.GetProperty("locations").EnumerateArray())
        {
            JsonElement place = location.GetProperty("physicalLocation");
            AssertArtifact(place);
            AssertRegion(place.GetProperty("region"));
        }

        if (!result.TryGetProperty("fixes", out JsonElement fixes)) return;
        foreach (JsonElement change in fixes.EnumerateArray().SelectMany(fix => fix.GetProperty("artifactChanges").EnumerateArray()))
        {
            AssertArtifact(change);
            Xunit.Assert.NotEmpty(change.GetProperty("replacements").EnumerateArray());
            foreach (JsonElement replacement in change.GetProperty("replacements").EnumerateArray()) AssertRegion(replacement.GetProperty("deletedRegion"));
        }
    }

    private static void AssertArtifact(JsonElement owner) =>
        Xunit.Assert.True(Uri.IsWellFormedUriString(Text(owner.GetProperty("artifactLocation"), "uri"), UriKind.RelativeOrAbsolute));

    private static void AssertRegion(JsonElement region)
    {
        (int Line, int Column) start = (Number("startLine"), Number("startColumn"));
        (int Line, int Column) end = (Number("endLine"), Number("endColumn"));
        Xunit.Assert.True(start.Line >= 1 && start.Column >= 1);
        Xunit.Assert.True(end.CompareTo(start) >= 0);

        int Number(string name) => region.GetProperty(name).GetInt32();
    }

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString() ?? "";
}
