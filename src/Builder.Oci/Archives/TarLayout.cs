using System.Text;
using Builder.Oci.Tar;

namespace Builder.Oci.Archives;

/// <summary>A layout as one tar; the output stays open.</summary>
internal sealed class TarLayout(Stream output) : ILayoutTarget
{
    private const int FileMode = 0b100_100_100;
    private const int DirectoryMode = 0b111_101_101;
    private readonly TarWriter _tar = new(output);

    /// <inheritdoc/>
    public void MakeDirectory(string path) => _tar.WriteEntry(Entry(TarEntryType.Directory, path, DirectoryMode, 0));

    /// <inheritdoc/>
    public async Task WriteAsync(string path, long size, Stream content, CancellationToken cancellationToken) =>
        await _tar.WriteEntryAsync(Entry(TarEntryType.File, path, FileMode, size), content, cancellationToken);

    /// <inheritdoc/>
    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        await _tar.CompleteAsync(cancellationToken);
        await output.FlushAsync(cancellationToken);
    }

    private static TarEntry Entry(TarEntryType type, string name, int mode, long size) => new() { Type = type, Name = Encoding.UTF8.GetBytes(name), Mode = mode, Size = size };
}
