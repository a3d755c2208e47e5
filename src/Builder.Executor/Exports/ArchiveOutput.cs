using Builder.Linux.Files;

namespace Builder.Executor.Exports;

/// <summary>
/// A stream to an <see cref="ExportDestination"/>. A file is written beside its place and renamed by <see cref="CompleteAsync"/>; without
/// that nothing is left.
/// </summary>
internal sealed class ArchiveOutput : IAsyncDisposable
{
    private readonly string? _temporary;
    private readonly string? _path;
    private bool _completed;

    private ArchiveOutput(Stream stream, string? temporary, string? path) => (Stream, _temporary, _path) = (stream, temporary, path);

    public Stream Stream { get; }

    public static ArchiveOutput Open(ExportDestination destination)
    {
        if (destination is not FileDestination { Path: var given }) return new ArchiveOutput(((StreamDestination)destination).Stream, null, null);

        // Through a link to the file itself; a pipe or a device takes the bytes as they come.
        string path = Path.GetFullPath(given);
        if (new FileInfo(path).LinkTarget is not null) path = File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
        string parent = Path.GetDirectoryName(path) ?? throw new ExportException($"can't write {given}: it is a directory");
        using DirectoryHandle directory = DirectoryHandle.Open(parent);
        if (directory.TryStat(UnixPath.Encode(Path.GetFileName(path)), out FileStatus status) && !status.IsRegular)
        {
            if (status.IsDirectory) throw new ExportException($"can't write {given}: it is a directory");
            return new ArchiveOutput(new FileStream(path, FileMode.Open, FileAccess.Write), null, path);
        }

        FileStream partial = PartialFile.Create(path);
        return new ArchiveOutput(partial, partial.Name, path);
    }

    /// <summary>Everything was written.</summary>
    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        await Stream.FlushAsync(cancellationToken);
        if (_path is not null) await Stream.DisposeAsync();
        if (_temporary is not null) File.Move(_temporary, _path!, overwrite: true); // a temporary file has a path to go to
        _completed = true;
    }

    public async ValueTask DisposeAsync()
    {
        if (_path is not null) await Stream.DisposeAsync();
        if (_temporary is not null && !_completed) File.Delete(_temporary);
    }
}
