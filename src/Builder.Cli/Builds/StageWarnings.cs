using System.Globalization;
using Builder.Parser;
using Builder.Parser.Syntax;

namespace Builder.Cli.Builds;

/// <summary>Looks for stages of the command line that the Dockerfile doesn't have.</summary>
internal static class StageWarnings
{
    /// <summary>One for each name of <c>--no-cache-filter</c> that is no stage.</summary>
    public static IEnumerable<string> Of(BuildArguments arguments, ParseResult parsed)
    {
        List<string> stages = [];
        foreach (FromInstruction from in parsed.Dockerfile.Instructions.OfType<FromInstruction>())
            stages.Add(from.StageName?.Text ?? stages.Count.ToString(CultureInfo.InvariantCulture));
        return arguments.NoCacheStages.Where(s => !stages.Contains(s, StringComparer.OrdinalIgnoreCase)).Order(StringComparer.Ordinal)
            .Select(s => $"--no-cache-filter names '{s}', but the Dockerfile has no such stage; it has {string.Join(", ", stages)}");
    }
}
