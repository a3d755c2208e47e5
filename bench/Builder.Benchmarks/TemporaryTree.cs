using Builder.Linux.Files;

namespace Builder.Benchmarks;

/// <summary>A directory of many small files and one large one, removed in the end.</summary>
internal sealed class TemporaryTree : IDisposable
{
    public const int SmallFileSize = 2048;

    private const int FilesPerDirectory = 100;

    /// <summary>Makes an empty one.</summary>
    public TemporaryTree() => Path = Directory.CreateTempSubdirectory("builder-benchmarks.").FullName;

    public string Path { get; }

    /// <summary>Adds small files, a hundred to a directory, each with another content.</summary>
    public TemporaryTree AddFiles(int count)
    {
        byte[] content = new byte[SmallFileSize];
        var random = new Random(1);
        for (int i = 0; i < count; i++)
        {
            string directory = System.IO.Path.Combine(Path, $"d{i / FilesPerDirectory:d4}");
            if (i % FilesPerDirectory == 0) Directory.CreateDirectory(directory);
            random.NextBytes(content);
            File.WriteAllBytes(System.IO.Path.Combine(directory, $"file{i:d6}.txt"), content);
        }

        return this;
    }

    /// <summary>A new empty directory in it.</summary>
    public string NewDirectory() => Directory.CreateDirectory(System.IO.Path.Combine(Path, Guid.NewGuid().ToString("n"))).FullName;

    public DirectoryHandle Open() => DirectoryHandle.Open(Path);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
