using System.Globalization;
using Builder.Cache.Layers;
using Builder.Oci.Compression;

namespace Builder.Cli.Transfers;

/// <summary>Reads how layers are to be compressed.</summary>
internal static class CompressionFlags
{
    /// <summary>From values as typed; null for those that weren't.</summary>
    /// <param name="kind">gzip, zstd or uncompressed.</param>
    /// <param name="level">A number.</param>
    /// <param name="force">Also what is compressed already.</param>
    /// <param name="kindName">What messages call the first.</param>
    /// <param name="levelName">What messages call the second.</param>
    /// <exception cref="CommandException">They make no sense.</exception>
    public static CompressionChoice Parse(string? kind, string? level, bool force, string kindName, string levelName)
    {
        CompressionKind parsed = kind switch
        {
            null or "" or "gzip" => CompressionKind.Gzip,
            "zstd" => CompressionKind.Zstd,
            "uncompressed" => CompressionKind.None,
            "estargz" or "zstd:chunked" => throw CommandException.Usage($"{kindName}={kind} is not supported", "use gzip, zstd or uncompressed"),
            _ => throw CommandException.Usage($"invalid {kindName} \"{kind}\": expected gzip, zstd or uncompressed"),
        };
        if (level is null) return new CompressionChoice(parsed, null, force);
        if (parsed == CompressionKind.None) throw CommandException.Usage($"{levelName} means nothing for layers that are not compressed");
        (int lowest, int highest) = CompressionChoice.Levels(parsed);
        return int.TryParse(level, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= lowest && number <= highest
            ? new CompressionChoice(parsed, number, force)
            : throw CommandException.Usage($"invalid {levelName} \"{level}\": expected a number from {lowest} to {highest}");
    }
}
