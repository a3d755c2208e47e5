using System.Globalization;

namespace Builder.EndToEnd.Tests.Differential;

/// <summary>One line that tells what came of many comparisons.</summary>
internal static class VerdictSummary
{
    public static string Of(IReadOnlyList<Verdict> verdicts, string what)
    {
        int Count(Outcome outcome) => verdicts.Count(v => v.Outcome == outcome);
        string explained = Count(Outcome.Explained) > 0
            ? $"{Number(Count(Outcome.Explained))} different as they must be ({Sections(verdicts.Where(v => v.Outcome == Outcome.Explained).Select(v => v.Case.Difference), "")}), "
            : "";
        string butFor = Sections(verdicts.Where(v => v.Outcome == Outcome.Equal).SelectMany(v => v.Explained), "but for ");
        return $"{Number(verdicts.Count)} {what}: {Number(Count(Outcome.Equal))} equal{(butFor.Length > 0 ? $" ({butFor})" : "")}, "
            + $"{Number(Count(Outcome.BothRefuse))} refused by both, {explained}{Number(Count(Outcome.Different))} different";
    }

    private static string Sections(IEnumerable<string> ids, string prefix) =>
        string.Join(", ", ids.GroupBy(id => id, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => $"{Number(g.Count())} {prefix}{g.Key}"));

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
