using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Builder.EndToEnd.Tests.Builds;
using Builder.EndToEnd.Tests.Harness;

namespace Builder.EndToEnd.Tests.Robustness;

/// <summary>Images by strangers: refused, or contained. What is outside stays as it was, and the engine stays small.</summary>
[Collection(MeasuredTests.Name)]
public sealed class HostileImageTests
{
    [EndToEndFact]
    public async Task Layers_that_reach_out_or_are_damaged_are_refused_or_contained()
    {
        await using HostileGround ground = new();
        string canary = ground.Canary;
        string up = ground.ClimbingCanary;
        (byte[] Layer, string? Refusal)[] cases =
        [
            (new HostileTar().File(up + "/new").ToArray(), null),
            (new HostileTar().File(canary + "/new").File(canary + "/kept").ToArray(), null),
            (new HostileTar().Link("l", canary).File("l/new").File("l/kept").ToArray(), null),
            (new HostileTar().Link("l", up).File("l/kept").Directory("l/sub").ToArray(), null),
            (new HostileTar().HardLink("h", up + "/kept").ToArray(), "there is no such file"),
            (new HostileTar().Link("l", canary).HardLink("h", "l/kept").File("h").ToArray(), "there is no such file"),
            (new HostileTar().File(".wh...", "").ToArray(), "which is not a name"),
            (new HostileTar().File("x/../.wh.etc", "").File(up + "/.wh.kept", "").ToArray(), null),
            (new HostileTar().File(new string('n', 10_000)).ToArray(), "a path of 10000 bytes, more than 4095"),
            (new HostileTar().File("a").Directory("a").File("a/b").Link("a", canary).File("a/new").ToArray(), null),
            (HostileTar.Sparse("big", 1L << 42), "the holes of sparse files are more than 64 GiB"),
            (HostileTar.Sparse("big", 1L << 36), null),
            (Claiming((8L << 30) - 512), "the archive ends in the middle of an entry"),
            (new HostileTar().File("whole").ToArray()[..700], "truncated"),
            (Compressed(Compressed(new byte[200 << 20])), "more than 64 MiB come behind the end of its archive"),
            ([.. Enumerable.Range(0, 4096).Select(i => (byte)(i * 37))], "no tar archive"),
        ];
        foreach ((byte[] layer, string? refusal) in cases)
        {
            CommandResult result = await ground.RunAsync(layer, "import", "-", "hostile");
            if (refusal is null) result.Succeeded();
            else Assert.Contains(refusal, result.ExitedWith(1).Error, StringComparison.Ordinal);
        }
    }

    [EndToEndFact]
    public async Task Images_with_surprises_where_the_system_mounts_are_refused_or_contained()
    {
        await using HostileGround ground = new();
        string canary = ground.Canary;
        (Func<HostileTar, HostileTar> Add, string? Refusal)[] cases =
        [
            (t => t.Link("proc", canary), "/proc is not a directory in the image"),
            (t => t.Link("dev", "../../../.." + canary), "/dev is not a directory in the image"),
            (t => t.Fifo("sys"), "/sys is not a directory in the image"),
            (t => t.Link("etc", canary), null),
            (t => t.Link("etc/resolv.conf", "../run/resolver/stub.conf").Link("etc/hosts", "../../../../../.." + canary + "/kept"), null),
            (t => t.Link("etc/hosts", "hosts"), "links in a circle"),
            (t => t.Fifo("etc/passwd"), "/etc/passwd of the container is not a file"),
            (t => t.Link("etc/passwd", "/dev/zero"), "/etc/passwd of the container is not a file"),
            (t => t.File("etc/passwd", new string('x', 11 << 20)), "/etc/passwd of the container is larger than 10 MiB"),
            (t => t.File("etc/group", string.Concat(Enumerable.Range(0, 70_000).Select(i => $"g{i}:x:{i}:root\n"))).File("etc/passwd", "root:x:0:0::/:/bin/sh\n"), "into 70000 groups"),
            (t => t.Device("bin/cat", 0, 0).File("m", "abc", (UnixFileMode)0xFED, ("user.overlay.redirect", "/bin"), ("user.overlay.metacopy", ""), ("trusted.overlay.opaque", "y")), null),
        ];
        byte[] busybox = await ReadBusyboxAsync();
        foreach ((Func<HostileTar, HostileTar> add, string? refusal) in cases)
        {
            using HostileTar tar = new HostileTar().File("bin/busybox", busybox, (UnixFileMode)0x1ED).Link("bin/sh", "busybox");
            (await ground.RunAsync(add(tar).ToArray(), "import", "-", "hostile")).Succeeded();
            CommandResult result = await ground.RunAsync("run", "--rm", "hostile", "/bin/sh", "-c", "/bin/busybox ls -d /proc/self/fd /dev/null /sys/kernel");
            if (refusal is null) result.Succeeded();
            else Assert.Contains(refusal, result.ExitedWith(125).Error, StringComparison.OrdinalIgnoreCase);
        }
    }

    [EndToEndFact]
    public async Task Steps_that_kill_delete_and_write_without_end_harm_only_themselves()
    {
        await using HostileGround ground = new();
        await ground.Workspace.ImportBusyboxAsync();
        ground.Workspace.Write(
            "Dockerfile",
            "FROM busybox\nRUN yes 0123456789abcdefghijklmnopqrstuvwxyz | head -c 300000000; echo the end\nRUN kill -9 -1; rm -rf / 2>/dev/null; true\n");
        CommandResult result = (await ground.RunAsync("build", "--progress", "plain", ground.Workspace.Context)).Succeeded();
        Assert.InRange(result.Error.Length, 16 << 20, 64 << 20);
        Assert.Contains("[output clipped: it is more than 16 MiB", result.Error, StringComparison.Ordinal);
        Assert.Contains("the end\n", result.Error, StringComparison.Ordinal);
        (await ground.Workspace.BuildTextAsync("FROM busybox\nRUN echo next\n")).Succeeded();
    }

    private static async Task<byte[]> ReadBusyboxAsync()
    {
        await using FileStream file = File.OpenRead(await BaseImages.BusyboxAsync());
        await using var reader = new TarReader(file);
        while (await reader.GetNextEntryAsync() is { } entry)
        {
            if (entry.EntryType != TarEntryType.RegularFile || !entry.Name.EndsWith("bin/busybox", StringComparison.Ordinal) || entry.DataStream is null) continue;
            byte[] program = new byte[entry.Length];
            await entry.DataStream.ReadExactlyAsync(program);
            return program;
        }

        throw new InvalidDataException("the base image has no bin/busybox");
    }

    private static byte[] Claiming(long size)
    {
        byte[] header = new HostileTar().File("big", "").ToArray()[..512];
        int at = header.AsSpan().IndexOf("PaxHeaders"u8) >= 0 ? 1024 : 0;
        byte[] whole = new HostileTar().File("big", "").ToArray();
        Span<byte> entry = whole.AsSpan(at, 512);
        Encoding.ASCII.GetBytes(Convert.ToString(size, 8).PadLeft(11, '0') + "\0").CopyTo(entry[124..136]);
        "        "u8.CopyTo(entry[148..156]);
        int sum = 0;
        foreach (byte b in entry) sum += b;
        Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0 ").CopyTo(entry[148..156]);
        return whole;
    }

    private static byte[] Compressed(byte[] bytes)
    {
        using var result = new MemoryStream();
        using (var gzip = new GZipStream(result, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(bytes);
        return result.ToArray();
    }
}
