using System.Globalization;
using System.Text;
using Builder.Cache.Keys;
using Builder.Cache.Layers;
using Builder.Cache.Records;
using Builder.Cache.Snapshots;
using Builder.Cache.Storage;
using Builder.Oci;

namespace Builder.Cache.Tests;

/// <summary>What the tests start as processes of their own, to kill them or to run them where a disk is full.</summary>
internal static class Program
{
    private static int Main(string[] arguments)
    {
        try
        {
            return arguments switch
            {
                ["write", string root, string seed, string count] => Write(root, int.Parse(seed, CultureInfo.InvariantCulture), int.Parse(count, CultureInfo.InvariantCulture)),
                ["fill", string root] => Fill(root),
                ["open", string root] => Open(root),
                ["read", string root, string digest] => Read(root, Digest.Parse(digest)),
                ["remove", string path] => Remove(path),
                ["unpack", string root, string digest] => Unpack(root, Digest.Parse(digest)),
                _ => 2,
            };
        }
        catch (StoreException error)
        {
            Console.Out.WriteLine(error.Message);
            return 1;
        }
    }

    /// <summary>Writes one round of everything; the same seed and round always gives the same content.</summary>
    internal static void WriteRound(BuilderStore store, int seed, int round, Snapshot? parent, out Snapshot snapshot)
    {
        byte[] content = Encoding.UTF8.GetBytes($"blob {seed} {round}");
        Array.Resize(ref content, 100_000);
        Digest digest = store.Blobs.Put(content);
        using (SnapshotDraft draft = store.Snapshots.CreateDraft(parent))
        {
            File.WriteAllBytes(Path.Combine(draft.TreeDirectory, "file"), content);
            snapshot = draft.Commit();
        }

        CacheKeyWriter key = new("test", 1);
        key.Add("seed", seed);
        key.Add("round", round);
        key.Add("blob", digest);
        store.Records.Put(new CacheRecord(key.Finish(), snapshot.Id, "a test", TimeProvider.System.GetUtcNow()));
    }

    private static int Write(string root, int seed, int count)
    {
        using BuilderStore store = BuilderStore.Open(root, TimeProvider.System);
        Snapshot? parent = null;
        for (int round = 0; round < count; round++)
        {
            WriteRound(store, seed, round, round % 50 == 0 ? null : parent, out Snapshot snapshot);
            parent = snapshot;
            Console.Out.WriteLine("round");
            Console.Out.Flush();
        }

        return 0;
    }

    private static int Fill(string root)
    {
        using BuilderStore store = BuilderStore.Open(root, TimeProvider.System);
        try
        {
            byte[] chunk = new byte[64 << 10];
            // Zeros would be kept as a hole and take no room.
            Array.Fill(chunk, (byte)1);
            using var writer = store.Blobs.Create();
            while (true) writer.Write(chunk);
        }
        catch (StoreException error)
        {
            Console.Out.WriteLine(error.Message);
        }

        Console.Out.WriteLine($"left over: {Directory.GetFiles(Path.Combine(root, "tmp")).Length}");
        store.Blobs.Put("there is room again"u8);
        return 1;
    }

    private static int Read(string root, Digest digest)
    {
        using BuilderStore store = BuilderStore.Open(root, TimeProvider.System);
        Assert.True(store.Blobs.Contains(digest));
        using (StreamReader content = new(store.Blobs.OpenRead(digest))) Console.Out.WriteLine(content.ReadToEnd());
        StoreException error = Assert.Throws<StoreException>(() => store.Blobs.Put("more"u8));
        Console.Out.WriteLine(error.Message[..error.Message.LastIndexOf(':')]);
        return 0;
    }

    private static int Remove(string path)
    {
        Console.Out.WriteLine(Leftovers.TryRemove(path));
        return 0;
    }

    private static int Unpack(string root, Digest digest)
    {
        using BuilderStore store = BuilderStore.Open(root, TimeProvider.System);
        LayerBlob layer = new(digest, digest, store.Blobs.SizeOf(digest), MediaTypes.OciLayer);
        store.Layers.UnpackAsync([layer], CancellationToken.None).GetAwaiter().GetResult();
        return 0;
    }

    private static int Open(string root)
    {
        using BuilderStore store = BuilderStore.Open(root, TimeProvider.System);
        return 0;
    }
}
