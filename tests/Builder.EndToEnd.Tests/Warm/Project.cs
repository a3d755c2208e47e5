using System.Text;

namespace Builder.EndToEnd.Tests.Warm;

/// <summary>A Dockerfile as stages that can be edited.</summary>
internal sealed class Project
{
    public List<Stage> Stages { get; init; } = [];

    /// <summary>Patterns of the ignore file.</summary>
    public List<string> Ignored { get; init; } = [];

    public Project Clone() => new() { Stages = [.. Stages.Select(s => s.Clone())], Ignored = [.. Ignored] };

    /// <summary>The Dockerfile; its last stage holds what every other one made.</summary>
    public string Write()
    {
        var text = new StringBuilder();
        foreach (Stage stage in Stages)
        {
            text.Append("FROM ").Append(stage.Base?.Name ?? (stage.RunsCommands ? "busybox" : "scratch")).Append(" AS ").Append(stage.Name).Append('\n');
            foreach (Step step in stage.Steps) text.Append(step.Write()).Append('\n');
        }

        text.Append("FROM scratch\n");
        foreach (Stage stage in Stages) text.Append("COPY --from=").Append(stage.Name).Append(" /ou[t] /").Append(stage.Name).Append("/\n");
        return text.ToString();
    }
}

/// <summary>A stage.</summary>
internal sealed class Stage(string name, Stage? parent, bool runsCommands)
{
    public string Name { get; set; } = name;

    public Stage? Base { get; set; } = parent;

    public bool RunsCommands { get; } = runsCommands;

    public List<Step> Steps { get; init; } = [];

    /// <summary>Stages it can't be written before.</summary>
    public IEnumerable<Stage> Needs => Steps.Select(s => s.From).Append(Base).OfType<Stage>();

    public Stage Clone() => new(Name, Base, RunsCommands) { Steps = [.. Steps] };
}

/// <summary>An instruction. A stage it copies from is named as it is called when the file is written.</summary>
/// <param name="Format">With <c>{0}</c> for that name.</param>
/// <param name="From">The stage, or null.</param>
internal sealed record Step(string Format, Stage? From = null)
{
    public string Write() => Format.Replace("{0}", From?.Name, StringComparison.Ordinal);
}
