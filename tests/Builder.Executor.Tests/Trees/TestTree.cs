using System.Text;
using Builder.Executor.Contexts;
using Builder.Linux.Files;

namespace Builder.Executor.Tests.Trees;

/// <summary>A directory for one test.</summary>
internal sealed class TestTree : IDisposable
{
    private readonly string _parent = Directory.CreateTempSubdirectory("builder-executor-").FullName;

    public TestTree()
    {
        Path = System.IO.Path.Combine(_parent, "tree");
        Directory.CreateDirectory(Path);
        File.SetUnixFileMode(Path, (UnixFileMode)0x1ED);
    }

    public string Path { get; }

    /// <summary>Makes entries: <c>dir/</c>, <c>file=content</c>, <c>link->target</c>; then optionally <c> mode</c> and <c> uid:gid</c>.</summary>
    public TestTree With(params string[] entries)
    {
        foreach (string entry in entries)
        {
            string[] parts = entry.Split(' ');
            Make(parts[0]);
            string name = NameOf(parts[0]);
            using DirectoryHandle directory = DirectoryHandle.Open(System.IO.Path.GetDirectoryName(At(name))!);
            byte[] last = UnixPath.Encode(System.IO.Path.GetFileName(name));
            // Owner first: changing it clears set-uid bits.
            foreach (string attribute in parts[1..].OrderByDescending(a => a.Contains(':', StringComparison.Ordinal)))
            {
                string[] ids = attribute.Split(':');
                if (ids.Length == 2) directory.SetOwner(last, int.Parse(ids[0]), int.Parse(ids[1]));
                else directory.SetMode(last, Convert.ToInt32(attribute, 8));
            }
        }

        return this;
    }

    public string At(string path) => System.IO.Path.Combine(Path, path);

    public DirectoryHandle Open() => DirectoryHandle.Open(Path);

    public SourceTree AsContext(string ignore = "", ContextModes modes = ContextModes.Keep) =>
        new(Open(), IgnoreRules.Parse(ignore, ".dockerignore"), "the build context", isContext: true, modes);

    public SourceTree AsStage() => new(Open(), IgnoreRules.None, "the stage 'build'", isContext: false);

    public FileStatus Stat(string path)
    {
        using DirectoryHandle root = Open();
        return root.TryStatBeneath(UnixPath.Encode(path), followLast: false, out FileStatus status) ? status : throw new FileNotFoundException(path);
    }

    /// <summary>Every entry, sorted: <c>a/ 755 0:0</c>, <c>a/f=text 644 0:0</c>, <c>l->a 0:0</c>.</summary>
    public string[] List(bool withMetadata = true)
    {
        var lines = new List<string>();
        using DirectoryHandle root = Open();
        Collect(root, "", lines, withMetadata);
        return [.. lines];
    }

    public void Dispose()
    {
        using DirectoryHandle parent = DirectoryHandle.Open(System.IO.Path.GetDirectoryName(_parent)!);
        parent.RemoveTree(UnixPath.Encode(System.IO.Path.GetFileName(_parent)));
    }

    private static void Collect(DirectoryHandle directory, string prefix, List<string> lines, bool withMetadata)
    {
        foreach (byte[] name in directory.List().Select(e => e.Name).Order(ByteComparer.Ordinal))
        {
            FileStatus status = directory.Stat(name);
            string path = prefix + UnixPath.Quote(name);
            string line = status.Type switch
            {
                FileType.Directory => path + "/",
                FileType.SymbolicLink => $"{path}->{UnixPath.Quote(directory.ReadLink(name))}",
                FileType.Regular => $"{path}={Read(directory, name)}",
                _ => $"{path} {status.Type}",
            };
            string mode = status.IsSymbolicLink ? "" : $" {Convert.ToString(status.Mode, 8)}";
            lines.Add(withMetadata ? $"{line}{mode} {status.Uid}:{status.Gid}" : line);
            if (!status.IsDirectory) continue;
            using DirectoryHandle child = directory.OpenDirectory(name);
            Collect(child, path + "/", lines, withMetadata);
        }
    }

    private static string Read(DirectoryHandle directory, byte[] name)
    {
        using var stream = new FileStream(directory.OpenRead(name), FileAccess.Read);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    private static string NameOf(string entry)
    {
        int end = entry.AsSpan().IndexOfAny('=', '>');
        string name = end < 0 ? entry : entry[end] == '>' ? entry[..(end - 1)] : entry[..end];
        return name.TrimEnd('/');
    }

    private void Make(string entry)
    {
        string path = At(NameOf(entry));
        int equals = entry.IndexOf('=', StringComparison.Ordinal), arrow = entry.IndexOf("->", StringComparison.Ordinal);
        bool isDirectory = equals < 0 && arrow < 0;
        string? above = isDirectory ? path : System.IO.Path.GetDirectoryName(path);
        var missing = new Stack<string>();
        for (; above is not null && !Directory.Exists(above); above = System.IO.Path.GetDirectoryName(above)) missing.Push(above);
        foreach (string directory in missing)
        {
            Directory.CreateDirectory(directory);
            File.SetUnixFileMode(directory, (UnixFileMode)0x1ED);
        }

        if (arrow >= 0) File.CreateSymbolicLink(path, entry[(arrow + 2)..]);
        else if (equals >= 0)
        {
            File.WriteAllText(path, entry[(equals + 1)..]);
            File.SetUnixFileMode(path, (UnixFileMode)0x1A4);
        }
    }
}
