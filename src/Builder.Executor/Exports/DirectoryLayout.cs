using Builder.Oci;
using Builder.Oci.Archives;

namespace Builder.Executor.Exports;

/// <summary>
/// A layout as a directory (<c>tar=false</c>). Each file is written beside its place and renamed; the index comes last, so that what it names is there. Blobs of
/// earlier layouts in the same directory stay.
/// </summary>
internal sealed class DirectoryLayout(string root) : ILayoutTarget
{
    private const int BufferSize = 128 << 10;
    private byte[]? _index;

    /// <inheritdoc/>
    public void MakeDirectory(string path) => Directory.CreateDirectory(Path.Combine(root, path));

    /// <inheritdoc/>
    public async Task WriteAsync(string path, long size, Stream content, CancellationToken cancellationToken)
    {
        if (path == ImageArchiveWriter.IndexName)
        {
            _index = new byte[size];
            await content.ReadExactlyAsync(_index, cancellationToken);
            return;
        }

        await WriteFileAsync(Path.Combine(root, path), size, content, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        if (_index is null) throw new InvalidOperationException("a layout without an index");
        await WriteFileAsync(Path.Combine(root, ImageArchiveWriter.IndexName), _index.Length, new MemoryStream(_index), cancellationToken);
    }

    private static async Task WriteFileAsync(string path, long size, Stream content, CancellationToken cancellationToken)
    {
        FileStream partial = PartialFile.Create(path);
        bool isDone = false;
        try
        {
            await using (partial)
            {
                byte[] buffer = new byte[BufferSize];
                for (long left = size; left > 0;)
                {
                    int read = await content.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, left)), cancellationToken);
                    if (read == 0) throw new OciFormatException($"{path}: the content ended {left} bytes early");
                    await partial.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
                    left -= read;
                }
            }

            File.Move(partial.Name, path, overwrite: true);
            isDone = true;
        }
        finally
        {
            if (!isDone) File.Delete(partial.Name);
        }
    }
}
