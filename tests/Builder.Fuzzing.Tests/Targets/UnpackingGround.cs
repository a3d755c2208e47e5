using System.Text;
using Builder.Linux.Files;

namespace Builder.Fuzzing.Tests.Targets;

/// <summary>A place to unpack into, with a tree beside it that must stay as it is to the last time stamp.</summary>
internal sealed class UnpackingGround : IDisposable
{
    // As long as every real one, so that archives can be made before it is known.
    internal const string Stand = "/var/tmp/fuzz-0000000000000000";

    private readonly string _path = $"/var/tmp/fuzz-{Guid.NewGuid():N}"[..Stand.Length];
    private readonly string _untouched;

    internal UnpackingGround()
    {
        Directory.CreateDirectory(Path.Combine(_path, "canary", "sub"));
        File.WriteAllText(Path.Combine(_path, "canary", "kept"), "kept\n");
        File.WriteAllText(Path.Combine(_path, "canary", "sub", "kept"), "kept\n");
        File.CreateSymbolicLink(Path.Combine(_path, "canary", "link"), "kept");

        // A layer below, which leads outside as well.
        Directory.CreateDirectory(Path.Combine(Lower, "low", "dir"));
        File.WriteAllText(Path.Combine(Lower, "low", "f"), "low\n");
        File.CreateSymbolicLink(Path.Combine(Lower, "l"), Path.Combine(_path, "canary"));
        File.CreateSymbolicLink(Path.Combine(Lower, "a"), "../../canary");
        File.CreateSymbolicLink(Path.Combine(Lower, "abs"), Path.Combine(_path, "canary", "kept"));
        _untouched = Describe();
    }

    internal static string Canary => Stand + "/canary";

    internal string Lower => Path.Combine(_path, "lower");

    public void Dispose() => Directory.Delete(_path, recursive: true);

    /// <summary>The bytes with the real place for the stand-in.</summary>
    internal byte[] Place(byte[] input)
    {
        byte[] placed = [.. input];
        for (int at; (at = placed.AsSpan().IndexOf(Encoding.ASCII.GetBytes(Stand))) >= 0;) Encoding.ASCII.GetBytes(_path).CopyTo(placed, at);
        return TarSeeds.Repair(placed);
    }

    /// <summary>Does something to an empty tree, and sees that nothing else has changed.</summary>
    internal void Use(Action<string> unpack)
    {
        using var ground = DirectoryHandle.Open(_path);
        ground.MakeDirectory("tree"u8, 0b111_101_101);
        try
        {
            unpack(Path.Combine(_path, "tree"));
        }
        finally
        {
            ground.RemoveTree("tree"u8);
        }

        Assert.Equal(_untouched, Describe());
    }

    private string Describe()
    {
        var text = new StringBuilder();
        using var ground = DirectoryHandle.Open(_path);
        Describe(ground, "", text);
        return text.ToString();
    }

    private static void Describe(DirectoryHandle directory, string path, StringBuilder text)
    {
        foreach (DirectoryEntry entry in directory.List().OrderBy(e => UnixPath.Decode(e.Name), StringComparer.Ordinal))
        {
            FileStatus status = directory.Stat(entry.Name);
            string name = $"{path}/{UnixPath.Decode(entry.Name)}";
            text.AppendLine($"{name} {status.Type} {status.Mode} {status.Uid}:{status.Gid} {status.Size} {status.Inode} {status.LinkCount} {status.Modified} {status.Changed}");
            if (!status.IsDirectory) continue;
            using DirectoryHandle below = directory.OpenDirectory(entry.Name);
            Describe(below, name, text);
        }
    }
}
