using Builder.Linux.Files;

namespace Builder.Linux.Tests.Files;

/// <summary>A directory of a test's own, open.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    public TemporaryDirectory()
    {
        Path = Directory.CreateTempSubdirectory("builder-linux-").FullName;
        Handle = DirectoryHandle.Open(Path);
    }

    public string Path { get; }

    public DirectoryHandle Handle { get; }

    public string this[string relative] => System.IO.Path.Combine(Path, relative);

    public void Write(string name, string text) => File.WriteAllText(this[name], text);

    public void Dispose()
    {
        Handle.RemoveContents();
        Handle.Dispose();
        Directory.Delete(Path);
    }
}
