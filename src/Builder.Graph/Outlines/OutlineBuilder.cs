using Builder.Graph.Checks;
using Builder.Graph.Expansion;
using Builder.Graph.Lowering.Mounts;
using Builder.Graph.Lowering.Stages;
using Builder.Oci.Collections;
using Builder.Parser.Syntax;

namespace Builder.Graph.Outlines;

/// <summary>Collects what can be set for a target, after lowering.</summary>
internal sealed class OutlineBuilder(LoweringContext context)
{
    private readonly Dictionary<string, OutlineArgument> _arguments = new(StringComparer.Ordinal);
    private readonly Dictionary<string, OutlineMount> _secrets = new(StringComparer.Ordinal);
    private readonly Dictionary<string, OutlineMount> _agents = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (ArgInstruction Line, ArgDeclaration Declaration)> _globals = LastOfEachName(context.Stages.GlobalArguments);

    /// <summary>The outline of a target.</summary>
    /// <param name="target">The stage.</param>
    /// <param name="plans">It and all it needs.</param>
    public Outline Build(StageSyntax target, IEnumerable<StagePlan> plans)
    {
        // What the target says itself comes before what the stages it needs say.
        foreach (StagePlan plan in plans.OrderByDescending(plan => plan.Base.Syntax.Index)) Add(context.Finished(plan.Base.Syntax.Index));
        return new Outline(
            target.Name,
            OutlineTargets.DescriptionOf(target),
            new EquatableArray<OutlineArgument>([.. _arguments.Values.OrderBy(argument => argument.Span.Start)]),
            Sorted(_secrets.Values),
            Sorted(_agents.Values));
    }

    private static EquatableArray<OutlineMount> Sorted(IEnumerable<OutlineMount> mounts) => new([.. mounts.OrderBy(mount => mount.Span.Start)]);

    private void Add(StageState state)
    {
        StageSyntax stage = state.Plan.Base.Syntax;
        foreach (Instruction instruction in CheckContext.InstructionsOf(stage))
        {
            if (instruction is ArgInstruction arg) AddArguments(arg, state);
            else if (instruction is RunInstruction run) AddMounts(run, state);
        }

        AddGlobals(UsedIn(stage.From.Image).Concat(stage.From.Platform is { } platform ? UsedIn(platform) : []));
    }

    private void AddArguments(ArgInstruction arg, StageState state)
    {
        foreach (ArgDeclaration argument in arg.Arguments)
        {
            string name = argument.Name.Text;
            bool inherits = argument.Default is null && !context.Request.BuildArguments.ContainsKey(name) && context.Scope.Find(name) is not null;
            if (inherits)
            {
                AddGlobals([name]);
                continue;
            }

            string? value = state.Arguments.GetValueOrDefault(name);
            _arguments.TryAdd(name, new OutlineArgument(name, value, Descriptions.Of(arg, name), arg.Span));
        }
    }

    // A global argument brings those its default uses; platform arguments have no line and aren't listed.
    private void AddGlobals(IEnumerable<string> names)
    {
        var pending = new Queue<string>(names);
        while (pending.TryDequeue(out string? name))
        {
            if (!_globals.TryGetValue(name, out (ArgInstruction Line, ArgDeclaration Declaration) arg)) continue;
            if (!_arguments.TryAdd(name, new OutlineArgument(name, context.Scope.Find(name), Descriptions.Of(arg.Line, name), arg.Line.Span))) continue;
            if (arg.Declaration.Default is not { } word) continue;
            foreach (string used in UsedIn(word)) pending.Enqueue(used);
        }
    }

    private static Dictionary<string, (ArgInstruction Line, ArgDeclaration Declaration)> LastOfEachName(IEnumerable<ArgInstruction> lines)
    {
        var last = new Dictionary<string, (ArgInstruction Line, ArgDeclaration Declaration)>(StringComparer.Ordinal);
        foreach (ArgInstruction line in lines)
        {
            foreach (ArgDeclaration declaration in line.Arguments) last[declaration.Name.Text] = (line, declaration);
        }

        return last;
    }

    // With no variable set, all that are used are asked for.
    private List<string> UsedIn(Word word)
    {
        var used = new List<string>();
        WordExpander.Expand(word, context.Request.Parsed.Dockerfile.EscapeCharacter, name =>
        {
            used.Add(name);
            return context.Scope.Find(name);
        });
        return used;
    }

    private void AddMounts(RunInstruction run, StageState state)
    {
        foreach (List<MountField> fields in run.Mounts.Select(MountFields.Read).OfType<List<MountField>>())
        {
            string type = Value("type") ?? "bind";
            string? required = fields.LastOrDefault(field => field.Key == "required") is { } flag ? flag.Value?.Text ?? "true" : null;
            bool isRequired = required is not null && required.ToLowerInvariant() is "true" or "1" or "t";
            string? target = Value("target") ?? Value("dst") ?? Value("destination");
            if (type == "secret" && (Value("id") ?? Value("source") ?? Value("src") ?? LastName(target)) is { } secret)
                _secrets.TryAdd(secret, new OutlineMount(secret, isRequired, run.Span));
            if (type == "ssh") _agents.TryAdd(Value("id") ?? "default", new OutlineMount(Value("id") ?? "default", isRequired, run.Span));

            string? Value(string key) =>
                fields.LastOrDefault(field => field.Key == key)?.Value is { Text.Length: > 0 } word ? Expand(word, state) : null;
        }
    }

    private string Expand(Word word, StageState state)
    {
        ExpansionResult result = WordExpander.Expand(word, context.Request.Parsed.Dockerfile.EscapeCharacter, state.Environment.Find);
        return result.Succeeded ? result.Text : word.Text;
    }

    private static string? LastName(string? path) => path is null ? null : path[(path.LastIndexOf('/') + 1)..];
}
