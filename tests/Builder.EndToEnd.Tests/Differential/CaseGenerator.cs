using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Builder.EndToEnd.Tests.Differential;

/// <summary>Makes a random Dockerfile and its context; the same seed always makes the same.</summary>
internal static class CaseGenerator
{
    public static DifferentialCase Generate(int seed)
    {
        Chance chance = new(seed);
        // Docker 20.10 keeps special bits under --chmod (differences.md): a case has the one or the other.
        bool hasSpecialBits = chance.In100(30);
        ContextGenerator context = new(chance, hasSpecialBits);
        context.Generate();
        StringBuilder dockerfile = new();
        bool hasGlobal = chance.In100(30);
        if (hasGlobal)
            dockerfile.Append("ARG BASE=base\nARG GLOBAL=g1\n");
        int stages = chance.Pick(1, 1, 2, 2, 3);
        List<string> names = [];
        for (int i = 0; i < stages; i++)
        {
            string name = $"s{i}";
            string from = chance.Pick(["base", "base", "rich", hasGlobal ? "${BASE}" : "base", "scratch", .. names, .. names]);
            dockerfile.Append(CultureInfo.InvariantCulture, $"FROM {from} AS {name}\n");
            new StageGenerator(chance, context.Paths, names, hasGlobal, CanRun(from), hasSpecialBits).Append(dockerfile);
            // What is built on scratch has no shell, so nobody builds on it or runs in it.
            if (CanRun(from))
                names.Add(name);
        }

        ImmutableArray<string> arguments = chance.In100(30) ? ["--build-arg", $"A={chance.Pick("given", "", "x/y")}"] : [];
        return new DifferentialCase($"seed {seed}", dockerfile.ToString(), context.Files) { Script = context.Script, Arguments = arguments };
    }

    private static bool CanRun(string from) => from != "scratch";
}
