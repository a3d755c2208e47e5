namespace Builder.Oci.Archives;

/// <summary>Where the files of an image layout go.</summary>
public interface ILayoutTarget
{
    /// <summary>Makes a directory; those above it were made before.</summary>
    void MakeDirectory(string path);

    /// <summary>Writes a file.</summary>
    /// <param name="path">With slashes, from the top.</param>
    /// <param name="size">As many bytes are taken.</param>
    /// <param name="content">Not closed; it may be longer, never shorter.</param>
    /// <param name="cancellationToken">Stops it.</param>
    Task WriteAsync(string path, long size, Stream content, CancellationToken cancellationToken);

    /// <summary>Everything was written.</summary>
    Task CompleteAsync(CancellationToken cancellationToken);
}
