using Builder.Cli.Hosting;
using Builder.Executor.Exports;
using Builder.Linux.Files;

namespace Builder.Cli.Exporting;

/// <summary>Writes results where the command line says: a file that appears whole or not at all, or standard output.</summary>
internal static class OutputFile
{
    private const int BufferSize = 1 << 20;

    /// <summary>Writes.</summary>
    /// <param name="destination">A path as typed, or <c>-</c>.</param>
    /// <param name="context">For standard output and the current directory.</param>
    /// <param name="write">Writes the content.</param>
    public static async Task WriteAsync(string destination, CommandContext context, Func<Stream, Task> write)
    {
        if (destination == "-")
        {
            context.Terminal.Flush();
            // Not disposed: standard output stays open.
            var buffered = new BufferedStream(context.Terminal.Output, BufferSize);
            await write(buffered);
            await buffered.FlushAsync();
            return;
        }

        string path = context.Environment.FullPath(destination);
        // A device, a pipe or what a link leads to is written to as it is; it can't be replaced.
        bool replace = !Path.Exists(path) || IsRegular(path);
        FileStream file = replace ? PartialFile.Create(path) : new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, BufferSize);
        string written = file.Name;
        try
        {
            await using (file) await write(file);
            if (replace) File.Move(written, path, overwrite: true);
        }
        catch when (replace)
        {
            File.Delete(written);
            throw;
        }
    }

    private static bool IsRegular(string path)
    {
        using DirectoryHandle directory = DirectoryHandle.Open(Path.GetDirectoryName(path)!);
        return directory.Stat(UnixPath.Encode(Path.GetFileName(path))).IsRegular;
    }
}
