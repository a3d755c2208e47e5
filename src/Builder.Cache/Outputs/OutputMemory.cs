using System.Text;
using Builder.Cache.Contexts;
using Builder.Cache.Storage;
using Builder.Linux.Files;
using Builder.Oci;

namespace Builder.Cache.Outputs;

/// <summary>
/// Which archive was written to which file, so that one that is already right is not written again. A file that was touched since counts
/// as unknown: any change of it changes its ctime.
/// </summary>
public sealed class OutputMemory
{
    private const int MaxSize = 64 << 10;
    private const int MostFiles = 500;

    // Longer than a tick of any kernel's clock: what changes the file later gives it another ctime.
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(20);

    private readonly string _directory;
    private readonly StoreOwner _owner;
    private readonly TimeProvider _time;

    internal OutputMemory(string directory, StoreOwner owner, TimeProvider time) => (_directory, _owner, _time) = (directory, owner, time);

    /// <summary>Whether a file is still what was written to it.</summary>
    /// <param name="path">Absolute.</param>
    /// <param name="content">What it should be.</param>
    public bool IsCurrent(string path, Digest content) =>
        StoreFiles.ReadJson(FileOf(path), StoreJsonContext.Default.OutputFile, MaxSize) is { Format: OutputFile.CurrentFormat } known
        && known.Content == content.ToString() && IdentityOf(path) is { } identity && known.Identity == identity;

    /// <summary>A file has just been written.</summary>
    /// <exception cref="StoreException">The disk is full or can't be written to.</exception>
    public async Task RememberAsync(string path, Digest content, CancellationToken cancellationToken)
    {
        if (IdentityOf(path) is not { } identity) return;
        await Task.Delay(Tick, _time, cancellationToken);
        if (IdentityOf(path) != identity) return;
        OutputFile file = new(OutputFile.CurrentFormat, path, content.ToString(), identity);
        StoreFiles.ReplaceJson(_owner, FileOf(path), file, StoreJsonContext.Default.OutputFile, durable: false);
        StoreFiles.KeepLatest(_directory, MostFiles);
    }

    // A link may lead elsewhere tomorrow: only files themselves are known.
    private static string? IdentityOf(string path)
    {
        try
        {
            using DirectoryHandle parent = DirectoryHandle.Open(Path.GetDirectoryName(path)!); // a file has one
            if (!parent.TryStat(UnixPath.Encode(Path.GetFileName(path)), out FileStatus status) || !status.IsRegular) return null;
            Span<byte> bytes = stackalloc byte[FileIdentity.Size];
            FileIdentity.Of(status).Write(bytes);
            return Convert.ToHexStringLower(bytes);
        }
        catch (Exception error) when (StoreFault.IsStorageError(error))
        {
            return null;
        }
    }

    private string FileOf(string path) => Path.Combine(_directory, Digest.Sha256(Encoding.UTF8.GetBytes(path)).Hex);
}

/// <summary>A remembered file.</summary>
/// <param name="Format">Of this record; one that isn't <see cref="CurrentFormat"/> counts as absent.</param>
/// <param name="Path">Of the file, for people.</param>
/// <param name="Content">What was written.</param>
/// <param name="Identity">Its status afterwards.</param>
internal sealed record OutputFile(int Format, string? Path, string? Content, string? Identity)
{
    /// <summary>What this program writes.</summary>
    internal const int CurrentFormat = 1;
}
