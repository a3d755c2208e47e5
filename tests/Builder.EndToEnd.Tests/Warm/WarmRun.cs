using System.Globalization;
using Builder.EndToEnd.Tests.Harness;

namespace Builder.EndToEnd.Tests.Warm;

/// <summary>The program behind tests/warm/run.</summary>
internal static class WarmRun
{
    private const string Usage = "Usage: tests/warm/run [SEQUENCES [FIRST-SEED [EDITS]]]";

    /// <summary>Runs as many sequences as wanted; each says whether it is good.</summary>
    public static async Task<int> RunAsync(ReadOnlyMemory<string> words, TextWriter output)
    {
        if (Requires.ReasonToSkip([Ability.Sandbox]) is { } reason)
        {
            await output.WriteLineAsync($"warm: {reason}");
            return 2;
        }

        int[] numbers = [.. words.ToArray().Select(w => int.TryParse(w, NumberStyles.None, CultureInfo.InvariantCulture, out int n) ? n : throw new FormatException(Usage))];
        int count = numbers.ElementAtOrDefault(0) is > 0 and var n ? n : 200, first = numbers.Length > 1 ? numbers[1] : 1, edits = numbers.Length > 2 ? numbers[2] : 6;
        int different = 0;
        for (int seed = first; seed < first + count; seed++)
        {
            if (await new WarmSequence(seed, edits).RunAsync() is { } difference)
            {
                different++;
                await output.WriteLineAsync($"DIFFERENT {difference}");
            }

            if ((seed - first + 1) % 10 == 0) await output.WriteLineAsync($"... {seed - first + 1} of {count}, {different} different");
        }

        await output.WriteLineAsync($"{count} sequences of {edits} edits, {different} different");
        return different == 0 ? 0 : 1;
    }
}
