using Builder.Fuzzing.Tests.Targets;

namespace Builder.Fuzzing.Tests;

/// <summary>All there are. Each is made when it is wanted: some have servers or directories of their own.</summary>
internal static class FuzzTargets
{
    private static readonly Dictionary<string, Func<IFuzzTarget>> Makers = new(StringComparer.Ordinal)
    {
        ["dockerfile"] = static () => new DockerfileTarget(),
        ["dockerignore"] = static () => new IgnoreFileTarget(),
        ["names"] = static () => new ImageNameTarget(),
        ["documents"] = static () => new ImageDocumentTarget(),
        ["config"] = static () => new RegistryFileTarget(),
        ["answers"] = static () => new RegistryAnswerTarget(),
        ["tar"] = static () => new TarTarget(),
        ["archives"] = static () => new ImageArchiveTarget(),
        ["layers"] = static () => new LayerTarget(),
        ["rpm"] = static () => new PackageDatabaseTarget(),
        ["add"] = static () => new AddedArchiveTarget(),
    };

    internal static IReadOnlyCollection<string> Names => Makers.Keys;

    /// <summary>Whether a target gives files to other users and makes nodes: it wants root, or a session.</summary>
    internal static bool NeedsRoot(string name) => name is "layers" or "add";

    internal static IFuzzTarget Make(string name) =>
        Makers.TryGetValue(name, out Func<IFuzzTarget>? make) ? make() : throw new FormatException($"there is no target '{name}': {string.Join(", ", Makers.Keys)}");
}
