namespace Builder.EndToEnd.Tests.Differential;

/// <summary>The random instructions of one stage.</summary>
internal sealed class StageGenerator(Chance chance, IReadOnlyList<StageState> stages, StageState state, CopyGenerator copies, RunGenerator runs, bool hasGlobal)
{
    public IEnumerable<string> Instructions(bool isLast)
    {
        // Docker can't save an image without a layer.
        if (!state.HasShell)
            yield return "COPY README.md /";
        if (hasGlobal && chance.In100(50))
            yield return Argument("ARG GLOBAL");
        if (chance.In100(40))
            yield return PathVariable();
        // The last stage needs the others, so that they are built.
        if (isLast && stages.Count > 0)
            yield return copies.CopyFrom();
        for (int i = chance.Between(3, 8); i > 0; i--)
            yield return Instruction();
    }

    private string Instruction() => chance.Weighted(
        (26, copies.Copy),
        (8, copies.Add),
        (stages.Count > 0 ? 14 : 4, copies.CopyFrom),
        (state.HasShell ? 30 : 0, runs.Run),
        (8, () => chance.Pick("ENV ", "ENV  ") + MetadataGenerator.Pairs(chance, "A", "B", "C", "PATH2", "D_E")),
        (7, () => Argument("ARG " + chance.Pick("A", "A=one", "B=two", "B=", "C=${A}three", "GLOBAL=over", "D=\"a b\" E=e", "D='$A'", "TARGETARCH", "TARGETOS=other", "GLOBAL"))),
        (3, PathVariable),
        (8, WorkingDirectory),
        (5, User),
        (14, () => MetadataGenerator.Instruction(chance)));

    /// <summary>An ARG, or ENV when it was declared before.</summary>
    private string Argument(string instruction)
    {
        string[] names = [.. instruction.Split(' ').Skip(1).Where(word => word.Length > 0 && char.IsAsciiLetterUpper(word[0])).Select(word => word.Split('=')[0])];
        return Array.TrueForAll(names, state.Arguments.Add) ? instruction : $"ENV {names[0]}=again";
    }

    private string PathVariable()
    {
        string name = chance.Pick("DIR", "SUB"), value = chance.Pick("d1", "d2", "opt/p", "srv");
        // An argument after ENV of the same name has the last word, and so has ENV after an argument.
        state.PathVariables[name] = value;
        string verb = chance.In100(50) && state.Arguments.Add(name) ? "ARG" : "ENV";
        return $"{verb} {name}={chance.Pick(value, $"\"{value}\"", $"'{value}'")}";
    }

    /// <summary>Only relative ones have dots: 20.10 keeps an absolute one as it is written (differences.md).</summary>
    private string WorkingDirectory()
    {
        string path = chance.Pick("/w1", "w2", "/w1/a b", "..", "/d1", "/d1/e1", "/opt/p", "x/../y", ".", "/", "w2/w3", "../w4", "\"q r\"", "/w1/", "./w2/");
        string text = PathSpelling.WithVariable(chance, state, path);
        state.ChangeDirectory(path.Trim('"'));
        return "WORKDIR " + text;
    }

    private string User()
    {
        string user = state.HasShell ? chance.Pick("app", "0", "1000:50", "root", "root", "root:root", "daemon", "app:staff", "4711", "0:0") : chance.Pick("0", "1000:50");
        state.IsRoot = user is "0" or "root" or "root:root" or "0:0";
        return "USER " + user;
    }
}
