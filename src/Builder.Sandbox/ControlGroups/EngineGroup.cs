namespace Builder.Sandbox.ControlGroups;

/// <summary>
/// A group in the own one that this process goes into before it starts anything, where groups for containers could not be made beside it otherwise:
/// in version 2, a group with processes in it hands nothing on.
/// </summary>
internal static class EngineGroup
{
    private const string Name = "engine";

    /// <summary>Goes into it where that is needed and this process is the only one of its group. Where it can't, limits that are asked for are refused later, with the reason.</summary>
    public static void MakeRoom()
    {
        if (ControlGroupMounts.OfProcess().Unified() is not { } position || ControlGroupPlaces.ToLeave(position) is not { } place) return;
        string directory = Path.Combine(place.Directory, Name);
        try
        {
            Directory.CreateDirectory(directory);
            ContainerGroup.Write(directory, ControlGroupPlaces.Processes, "0");
            place.HandOn();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Return(place.Directory, directory);
        }
    }

    private static void Return(string own, string directory)
    {
        try
        {
            ContainerGroup.Write(own, ControlGroupPlaces.Processes, "0");
            Directory.Delete(directory);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It stays in the group that it is in, which is no worse a place.
        }
    }
}
