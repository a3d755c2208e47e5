using System.Collections.Immutable;

namespace Builder.Graph.Shell;

/// <summary>A piece of shell text taken apart as far as checks need it.</summary>
/// <param name="Pipelines">All pipelines in the order they stand, those in groups, loops and conditions included.</param>
internal sealed record ShellScript(ImmutableArray<ShellPipeline> Pipelines)
{
    /// <summary>All pipelines, those of substitutions behind the one they stand in.</summary>
    public IEnumerable<ShellPipeline> AllPipelines => Pipelines.SelectMany(
        pipeline => pipeline.Commands.SelectMany(command => command.Substitutions).SelectMany(script => script.AllPipelines).Prepend(pipeline));

    /// <summary>All commands, those of substitutions included.</summary>
    public IEnumerable<SimpleCommand> AllCommands => AllPipelines.SelectMany(pipeline => pipeline.Commands);
}

/// <summary>Commands joined by <c>|</c>.</summary>
/// <param name="Commands">At least one.</param>
/// <param name="Subshells">How many parentheses it stands in.</param>
/// <param name="Start">Offset of its first character.</param>
/// <param name="End">Offset behind its last one.</param>
internal sealed record ShellPipeline(ImmutableArray<SimpleCommand> Commands, int Subshells, int Start, int End);

/// <summary>A redirection.</summary>
/// <param name="Operator">As <c>&gt;</c> or <c>&lt;&lt;</c>.</param>
/// <param name="Target">Where to or from.</param>
internal sealed record ShellRedirection(string Operator, ShellWord Target);
