namespace Builder.Oci.Tests.Tools;

/// <summary>A directory that goes away with the test.</summary>
internal sealed class ScratchDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("builder-oci-").FullName;

    public string this[string name] => System.IO.Path.Combine(Path, name);

    // Directory.Delete can't remove names that are not UTF-8.
    public void Dispose() => Tool.Run("/", "rm", "-rf", Path);
}
