using System.Globalization;

namespace Builder.EndToEnd.Tests.Differential;

/// <summary>
/// Makes a random Dockerfile and its context; the same seed always makes the same. It keeps track of what there is, so that nearly all can be built; in
/// some it breaks one thing on purpose.
/// </summary>
internal sealed class CaseGenerator
{
    private const int BrokenPercent = 14;

    private readonly Chance _chance;
    private readonly int _seed;
    private readonly bool _hasGlobal;
    private readonly bool _hasSpecialBits;
    private readonly ContextGenerator _context;
    private readonly List<StageState> _stages = [];
    private readonly List<string> _lines = [];
    private readonly List<string> _arguments = [];

    private CaseGenerator(int seed)
    {
        _seed = seed;
        _chance = new Chance(seed);
        // Docker 20.10 keeps special bits under --chmod (differences.md): a case has the one or the other.
        _hasSpecialBits = _chance.In100(30);
        _hasGlobal = _chance.In100(30);
        _context = new ContextGenerator(_chance, _hasSpecialBits);
    }

    public static DifferentialCase Generate(int seed) => new CaseGenerator(seed).Generate();

    private DifferentialCase Generate()
    {
        _context.Generate();
        if (_hasGlobal)
            _lines.AddRange(["ARG BASE=base", "ARG GLOBAL=g1"]);
        bool isBroken = _chance.In100(BrokenPercent);
        int count = _chance.Pick(1, 1, 2, 2, 3, 4);
        for (int i = 0; i < count; i++)
            AddStage(isLast: i == count - 1, isBroken && i == count - 1);
        AddArguments(isBroken);
        string text = string.Join('\n', _lines) + "\n";
        return new DifferentialCase($"seed {_seed.ToString(CultureInfo.InvariantCulture)}", _chance.In100(3) ? text.Replace("\n", "\r\n", StringComparison.Ordinal) : text, _context.Entries)
        {
            Seed = _seed,
            Script = _context.Script,
            Arguments = [.. _arguments],
            MustFail = isBroken,
        };
    }

    private void AddStage(bool isLast, bool isBroken)
    {
        (string from, StageState state) = Base();
        string name = _chance.In100(15) ? "" : string.Create(CultureInfo.InvariantCulture, $"{_chance.Pick("s", "Build", "t-1.x_")}{_stages.Count}");
        _lines.Add($"{_chance.Pick("FROM", "FROM", "FROM", "from")} {from}{(name.Length > 0 ? $" {_chance.Pick("AS", "as")} {name}" : "")}");
        CopyGenerator copies = new(_chance, _context, _stages, state, _hasSpecialBits);
        RunGenerator runs = new(_chance, _seed, _context, _stages, state, _hasSpecialBits, mayMakePipes: isLast);
        List<string> instructions = [.. new StageGenerator(_chance, _stages, state, copies, runs, _hasGlobal).Instructions(isLast)];
        if (isBroken)
            instructions.Insert(_chance.Between(state.HasShell ? 0 : 1, instructions.Count), Breakage.Pick(_chance, state.HasShell));
        _lines.AddRange(instructions.Select(SpellKeyword));
        _stages.Add(state.Named(name.ToLowerInvariant()));
    }

    private (string From, StageState State) Base()
    {
        StageState[] named = [.. _stages.Where(stage => stage.Name.Length > 0)];
        int kind = _chance.Between(0, 99);
        if (named.Length > 0 && kind < 40)
        {
            StageState parent = _chance.Pick(named);
            return (parent.Name, parent.Child());
        }

        return kind switch
        {
            < 50 => ("scratch", StageState.OfScratch()),
            < 65 => ("rich", StageState.OfRich()),
            < 75 when _hasGlobal => (_chance.Pick("${BASE}", "$BASE", "${BASE:-none}", "${NONE:-base}"), StageState.OfBase()),
            < 80 => ("--platform=$BUILDPLATFORM base", StageState.OfBase()),
            _ => (_chance.Pick("base", "base:latest"), StageState.OfBase()),
        };
    }

    private void AddArguments(bool isBroken)
    {
        if (_chance.In100(30))
            _arguments.AddRange(["--build-arg", $"A={_chance.Pick("given", "", "x/y", "a b", "$B")}"]);
        if (_chance.In100(10))
            _arguments.AddRange(["--build-arg", "GLOBAL=given"]);
        if (_chance.In100(10))
            _arguments.AddRange(["--label", $"{_chance.Pick("l1", "given")}={_chance.Pick("value", "")}"]);
        if (!isBroken && _chance.In100(8) && _chance.Pick(_stages) is { Name.Length: > 0 } target)
            _arguments.AddRange(["--target", target.Name]);
    }

    private string SpellKeyword(string instruction)
    {
        int end = instruction.IndexOf(' ', StringComparison.Ordinal);
        return end > 0 && char.IsAsciiLetterUpper(instruction[0]) && _chance.In100(5) ? instruction[..end].ToLowerInvariant() + instruction[end..] : instruction;
    }
}
