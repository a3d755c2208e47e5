using System.Runtime.InteropServices;
using Builder.Linux.Native;

namespace Builder.Linux.Codecs;

/// <summary>A ZSTD_DCtx.</summary>
internal sealed class ZstdDecompressionHandle : SafeHandle
{
    internal ZstdDecompressionHandle()
        : base(0, ownsHandle: true)
    {
    }

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <summary>A new one that refuses windows above a size.</summary>
    internal static ZstdDecompressionHandle Create(int windowLogMax)
    {
        var made = new ZstdDecompressionHandle();
        made.SetHandle(ZstdLibrary.Require(ZstdH.CreateDecompression()));
        ZstdLibrary.Check(ZstdH.SetDecompressionParameter(made.handle, ZstdH.WindowLogMaxParameter, windowLogMax));
        return made;
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => ZstdH.FreeDecompression(handle) == 0;
}
