namespace Builder.Sandbox.ControlGroups;

/// <summary>A directory in which groups for containers can be made, and what they can limit.</summary>
/// <param name="Directory">An existing group.</param>
/// <param name="Controllers">Those of the wanted controllers that work below it.</param>
/// <param name="Unified">Whether it is of version 2.</param>
internal sealed record ControlGroupPlace(string Directory, IReadOnlyList<string> Controllers, bool Unified)
{
    /// <summary>Those of the controllers that the group has, but doesn't hand on to groups in it yet.</summary>
    public IReadOnlyList<string> Withheld { get; init; } = [];

    /// <summary>Makes it hand them on. For who may do that, and groups without processes in them: "no internal process constraint" of cgroups(7).</summary>
    /// <exception cref="IOException">The kernel refuses.</exception>
    public void HandOn()
    {
        if (Withheld.Count > 0) ContainerGroup.Write(Directory, ControlGroupPlaces.Switch, string.Join(' ', Withheld.Select(c => "+" + c)));
    }
}
