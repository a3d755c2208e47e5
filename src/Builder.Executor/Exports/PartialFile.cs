using Builder.Linux.Files;

namespace Builder.Executor.Exports;

/// <summary>A file on its way: written beside its place under another name and renamed when it is whole.</summary>
public static class PartialFile
{
    private const int BufferSize = 256 << 10;

    /// <summary>Begins one, and removes what writers to the same place left that were killed.</summary>
    /// <param name="path">The place, absolute.</param>
    public static FileStream Create(string path)
    {
        string parent = Path.GetDirectoryName(path) ?? throw new IOException($"'{path}' is a directory");
        string name = Path.GetFileName(path);
        foreach (string found in Directory.EnumerateFiles(parent).Where(f => IsPartial(Path.GetFileName(f), name)))
        {
            using FileLock? dead = FileLock.Hold(found, FileLockKind.Exclusive, wait: false);
            if (dead is not null) File.Delete(found);
        }

        while (true)
        {
            // Not shared: that is a lock, which tells who finds the file whether its writer lives.
            string partial = Path.Combine(parent, $".{name}.{Guid.NewGuid():N}");
            FileStream stream = new(partial, FileMode.CreateNew, FileAccess.Write, FileShare.None, BufferSize);
            if (File.Exists(partial)) return stream;

            // Taken for a dead one's before it was locked.
            stream.Dispose();
        }
    }

    private static bool IsPartial(string found, string name) =>
        found.StartsWith($".{name}.", StringComparison.Ordinal) && Guid.TryParseExact(found[(name.Length + 2)..], "N", out _);
}
