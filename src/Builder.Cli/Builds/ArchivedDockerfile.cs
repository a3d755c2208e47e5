using System.Text;
using Builder.Cache.Layers;
using Builder.Oci;
using Builder.Oci.Tar;

namespace Builder.Cli.Builds;

/// <summary>Reads a Dockerfile out of an archive that nothing else is wanted of: without a namespace, and without unpacking.</summary>
internal static class ArchivedDockerfile
{
    /// <summary>The name and content of the first of some names that the archive holds. As when unpacking, the last entry of a name counts.</summary>
    /// <param name="archive">Compressed or not; not closed.</param>
    /// <param name="shown">What the archive is called in messages.</param>
    /// <param name="names">Those that would do, the best first.</param>
    /// <param name="read">Reads a content whole, within the limit for Dockerfiles.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="CommandException">It can't be read, or holds none.</exception>
    public static async Task<(string Name, byte[] Content)> ReadAsync(
        Stream archive, string shown, IReadOnlyList<string> names, Func<Stream, string, Task<byte[]>> read, CancellationToken cancellationToken)
    {
        string[] wanted = [.. names.Select(Cleaned)];
        var found = new byte[]?[wanted.Length];
        var kinds = new TarEntryType?[wanted.Length];
        try
        {
            using var reader = new TarReader(SystemCodecs.Layers.Open(archive).Content);
            while (await reader.ReadEntryAsync(cancellationToken) is { } entry)
            {
                int place = Array.IndexOf(wanted, Cleaned(Encoding.UTF8.GetString(entry.Name)));
                if (place < 0) continue;
                kinds[place] = entry.Type;
                found[place] = entry.Type == TarEntryType.File ? await read(reader.Content, names[place]) : null;
            }
        }
        catch (Exception e) when (e is TarFormatException or OciFormatException or NotSupportedException or DllNotFoundException)
        {
            throw new CommandException($"{shown} can't be read: {e.Message}", inner: e);
        }

        int first = Array.FindIndex(kinds, kind => kind is not null);
        if (first < 0) throw new CommandException($"no such Dockerfile: {names[0]} in {shown}", hint: "name it with --file, as it is called there");
        return found[first] is { } content
            ? (names[first], content)
            : throw new CommandException($"{names[first]} in {shown} is no regular file", hint: "name the file itself with --file");
    }

    private static string Cleaned(string name) =>
        string.Join('/', name.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part != "."));
}
