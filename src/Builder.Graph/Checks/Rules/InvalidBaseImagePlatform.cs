namespace Builder.Graph.Checks.Rules;

/// <summary>A base image for another platform; lowering comes across it.</summary>
internal static class InvalidBaseImagePlatform
{
    public static CheckRule Rule { get; } = new(nameof(InvalidBaseImagePlatform), CheckGroup.Standard, "The base image is for the platform that was asked for");
}
