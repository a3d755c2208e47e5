using Builder.Oci.Collections;
using Builder.Parser.Text;

namespace Builder.Graph.Outlines;

/// <summary>What can be set for a target.</summary>
/// <param name="Name">The target's, or null.</param>
/// <param name="Description">From the comment above its FROM, or null.</param>
/// <param name="Arguments">Build arguments that it or what it needs uses, in source order.</param>
/// <param name="Secrets">Secrets that its commands take.</param>
/// <param name="SshAgents">SSH agents that its commands take.</param>
public sealed record Outline(
    string? Name, string? Description, EquatableArray<OutlineArgument> Arguments, EquatableArray<OutlineMount> Secrets, EquatableArray<OutlineMount> SshAgents);

/// <summary>A build argument.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">What it is without <c>--build-arg</c>, or with the one that was given; null for none.</param>
/// <param name="Description">From the comment above, or null.</param>
/// <param name="Span">The ARG.</param>
public sealed record OutlineArgument(string Name, string? Value, string? Description, SourceSpan Span);

/// <summary>A secret or an SSH agent.</summary>
/// <param name="Name">Its id.</param>
/// <param name="Required">Whether the command can't do without.</param>
/// <param name="Span">The RUN.</param>
public sealed record OutlineMount(string Name, bool Required, SourceSpan Span);

/// <summary>A stage that can be built.</summary>
/// <param name="Name">Null when it has none.</param>
/// <param name="IsDefault">Whether it is built when no target is named.</param>
/// <param name="Description">From the comment above its FROM, or null.</param>
/// <param name="Base">What FROM names, as written.</param>
/// <param name="Platform">Of <c>--platform</c>, as written, or null.</param>
/// <param name="Span">The FROM.</param>
public sealed record OutlineTarget(string? Name, bool IsDefault, string? Description, string Base, string? Platform, SourceSpan Span);
