using Builder.Cache.Blobs;
using Builder.Linux.Files;
using Builder.Oci;
using Builder.Oci.Tar;

namespace Builder.Cache.Layers;

/// <summary>Looks for the first entry in which two layers differ.</summary>
public sealed class LayerComparison
{
    private const int BufferSize = 128 << 10;
    private readonly BlobStore _blobs;

    internal LayerComparison(BlobStore blobs) => _blobs = blobs;

    /// <summary>The first difference, or null.</summary>
    /// <param name="first">A layer.</param>
    /// <param name="second">Another one.</param>
    /// <param name="latest">Times later than this count as this.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="StoreException">A layer is gone or damaged.</exception>
    public LayerDifference? Compare(LayerBlob first, LayerBlob second, DateTimeOffset latest, CancellationToken cancellationToken)
    {
        if (first.DiffId == second.DiffId) return null;
        try
        {
            using Stream a = _blobs.OpenRead(first.BlobDigest);
            using Stream b = _blobs.OpenRead(second.BlobDigest);
            using TarReader left = new(new BufferedStream(SystemCodecs.Layers.Open(a).Content, BufferSize));
            using TarReader right = new(new BufferedStream(SystemCodecs.Layers.Open(b).Content, BufferSize));
            while (true)
            {
                cancellationToken.ThrowIfCancellationRequested();
                (TarEntry? x, TarEntry? y) = (left.ReadEntry(), right.ReadEntry());
                if (x is null && y is null) return null;
                if (x is null || y is null || !x.Name.AsSpan().SequenceEqual(y.Name)) return Missing(x, y);
                if (Attribute(x, y, latest.ToUnixTimeSeconds()) is { } attribute) return new LayerDifference(x.ToString(), attribute);
                if (DifferentByte(left.Content, right.Content) is { } offset) return new LayerDifference(x.ToString(), $"content, from byte {offset} on");
            }
        }
        catch (Exception error) when (error is OciFormatException or TarFormatException)
        {
            throw new StoreException($"layers can't be compared: {error.Message}", error);
        }
    }

    private static LayerDifference Missing(TarEntry? first, TarEntry? second)
    {
        bool isFirst = second is null || (first is not null && ByteComparer.Ordinal.Compare(first.Name, second.Name) < 0);
        return new LayerDifference((isFirst ? first : second)!.ToString(), $"only the {(isFirst ? "first" : "second")} build has it"); // one of them is not null
    }

    private static string? Attribute(TarEntry x, TarEntry y, long latest)
    {
        if (x.Type != y.Type) return $"type: {x.Type} and {y.Type}";
        if (x.Mode != y.Mode) return $"mode: {Convert.ToString(x.Mode, 8)} and {Convert.ToString(y.Mode, 8)}";
        if (x.Uid != y.Uid || x.Gid != y.Gid) return $"owner: {x.Uid}:{x.Gid} and {y.Uid}:{y.Gid}";
        if (!x.LinkName.AsSpan().SequenceEqual(y.LinkName)) return $"link target: '{UnixPath.Quote(x.LinkName)}' and '{UnixPath.Quote(y.LinkName)}'";
        if ((x.DeviceMajor, x.DeviceMinor) != (y.DeviceMajor, y.DeviceMinor)) return $"device: {x.DeviceMajor}:{x.DeviceMinor} and {y.DeviceMajor}:{y.DeviceMinor}";
        if (Names(x) != Names(y)) return $"extended attributes: {Names(x)} and {Names(y)}";
        for (int i = 0; i < x.Attributes.Count; i++)
        {
            if (!x.Attributes[i].Value.AsSpan().SequenceEqual(y.Attributes[i].Value)) return $"extended attribute {UnixPath.Quote(x.Attributes[i].Name)}";
        }

        if (x.Size != y.Size) return $"size: {x.Size} and {y.Size} bytes";
        (long a, long b) = (Math.Min(x.ModifiedSeconds, latest), Math.Min(y.ModifiedSeconds, latest));
        return a == b ? null : $"modification time: {DateTimeOffset.FromUnixTimeSeconds(a):u} and {DateTimeOffset.FromUnixTimeSeconds(b):u}";
    }

    private static string Names(TarEntry entry) => entry.Attributes.Count == 0 ? "none" : string.Join(", ", entry.Attributes.Select(a => UnixPath.Quote(a.Name)));

    // Both have the same length.
    private static long? DifferentByte(Stream first, Stream second)
    {
        byte[] a = new byte[BufferSize], b = new byte[BufferSize];
        for (long offset = 0; ;)
        {
            int count = first.ReadAtLeast(a, a.Length, throwOnEndOfStream: false);
            int other = second.ReadAtLeast(b, b.Length, throwOnEndOfStream: false);
            int same = a.AsSpan(0, count).CommonPrefixLength(b.AsSpan(0, other));
            if (same < count || same < other) return offset + same;
            if (count == 0) return null;
            offset += count;
        }
    }
}

/// <summary>Where two layers differ.</summary>
/// <param name="Path">Of the entry.</param>
/// <param name="Attribute">What of it, and how.</param>
public sealed record LayerDifference(string Path, string Attribute);
