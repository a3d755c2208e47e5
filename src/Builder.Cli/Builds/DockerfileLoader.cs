using Builder.Cli.Hosting;
using Builder.Graph.Sources;
using Builder.Linux;
using Builder.Linux.Files;
using Builder.Oci.Compression;
using Builder.Oci.Streams;
using Builder.Parser.Diagnostics;
using Builder.Parser.Text;
using Microsoft.Win32.SafeHandles;

namespace Builder.Cli.Builds;

/// <summary>Finds and reads the Dockerfile, and finds the context and its ignore file.</summary>
/// <param name="environment">The caller's.</param>
/// <param name="standardInput">The caller's.</param>
/// <param name="remote">Brings what is elsewhere; null where nothing may be.</param>
/// <param name="unpacks">Whether the files of an archive on standard input are wanted, not the Dockerfile alone.</param>
internal sealed class DockerfileLoader(HostEnvironment environment, Stream standardInput, RemoteContexts? remote = null, bool unpacks = true)
{
    private const string Standard = "-";
    private const string DefaultName = "Dockerfile";
    private const string LowerCaseName = "dockerfile";
    private const string IgnoreSuffix = ".dockerignore";
    private const string PodmanIgnoreName = ".containerignore";
    private const int MaxBytes = 4 << 20;
    private const int TarHeader = 512;

    /// <summary>Reads what the arguments name.</summary>
    /// <exception cref="CommandException">There is no such file or directory, or it can't be read.</exception>
    public async Task<DockerfileSource> LoadAsync(string context, string? file, CancellationToken cancellationToken)
    {
        if (context == Standard) return await FromStandardInputAloneAsync(file, cancellationToken);
        if (!Directory.Exists(environment.FullPath(context)) && RemoteContexts.IsRemote(context))
            return await FromRemoteAsync(await Remote.LoadAsync(context, cancellationToken), file, cancellationToken);
        string directory = ContextDirectory(context);
        if (file is not null && HttpLocation.IsHttp(file))
            return new DockerfileSource(await DownloadAsync(file, cancellationToken), directory, ContextIgnoreFile(directory));
        if (file == Standard)
        {
            byte[] piped = await ReadAsync(standardInput, "Dockerfile on standard input", cancellationToken);
            return new DockerfileSource(SourceText.FromUtf8(piped, DefaultName), directory, ContextIgnoreFile(directory));
        }

        (string path, string shown) = Locate(context, directory, file);
        byte[] content = await ReadFileAsync(path, directory, shown, cancellationToken);
        string own = path + IgnoreSuffix;
        return new DockerfileSource(SourceText.FromUtf8(content, shown), directory, File.Exists(own) ? own : ContextIgnoreFile(directory));
    }

    /// <summary>The ignore file of a context directory, or null.</summary>
    public static string? ContextIgnoreFile(string directory)
    {
        // Docker's own name first: where a project has both, its images must not depend on which tool builds them.
        foreach (string name in (string[])[IgnoreSuffix, PodmanIgnoreName])
        {
            string path = Path.Combine(directory, name);
            if (File.Exists(path)) return path;
        }

        return null;
    }

    private static async Task<byte[]> ReadFileAsync(string path, string directory, string shown, CancellationToken cancellationToken)
    {
        try
        {
            // What is in the context must be a file of the context. Elsewhere a pipe may be meant: the shell's <(...).
            bool isOfContext = path.StartsWith(directory.TrimEnd('/') + "/", StringComparison.Ordinal);
            await using FileStream stream = isOfContext ? RegularFile.OpenRead(path, directory) : new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            return await ReadAsync(stream, shown, cancellationToken);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new CommandException($"can't read {shown}: permission denied", inner: e);
        }
        catch (IOException e)
        {
            string? hint = e.InnerException is SyscallException ? "name the file it leads to with --file: what is in a context can't name files of this machine" : null;
            throw new CommandException($"can't read {shown}: {e.Message}", hint: hint, inner: e);
        }
    }

    // Read whole, as the parser needs it: hence the cap.
    private static async Task<byte[]> ReadAsync(Stream stream, string shown, CancellationToken cancellationToken)
    {
        using var content = new MemoryStream();
        byte[] buffer = new byte[64 << 10];
        int read;
        while ((read = await stream.ReadAsync(buffer, cancellationToken)) > 0)
        {
            content.Write(buffer, 0, read);
            if (content.Length > MaxBytes) throw new CommandException($"{shown} is larger than {MaxBytes >> 20} MiB, the limit for a Dockerfile");
        }

        return content.ToArray();
    }

    private async Task<DockerfileSource> FromStandardInputAloneAsync(string? file, CancellationToken cancellationToken)
    {
        if (file == Standard) throw CommandException.Usage("standard input can't be both the context and the Dockerfile");
        byte[] head = new byte[TarHeader];
        int filled = await standardInput.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellationToken);
        var whole = new PrefixedStream(head.AsMemory(0, filled), standardInput); // not ours to close
        if (IsArchive(head.AsSpan(0, filled)))
        {
            return unpacks
                ? await FromRemoteAsync(await Remote.LoadArchiveAsync(whole, cancellationToken), file, cancellationToken)
                : new DockerfileSource(await FromArchiveAsync(whole, file, cancellationToken), null, null);
        }

        if (file is not null) throw CommandException.Usage("--file can't be used when the Dockerfile comes from standard input");
        byte[] content = await ReadAsync(whole, "Dockerfile on standard input", cancellationToken);
        return new DockerfileSource(SourceText.FromUtf8(content, DefaultName), null, null);
    }

    private async Task<SourceText> FromArchiveAsync(Stream archive, string? file, CancellationToken cancellationToken)
    {
        if (file is not null && HttpLocation.IsHttp(file)) return await DownloadAsync(file, cancellationToken);
        string[] names = file is null ? [DefaultName, LowerCaseName] : [file];
        (string name, byte[] content) = await ArchivedDockerfile.ReadAsync(
            archive, RemoteContexts.PipedArchive, names, (stream, shown) => ReadAsync(stream, shown, cancellationToken), cancellationToken);
        return SourceText.FromUtf8(content, name);
    }

    private static bool IsArchive(ReadOnlySpan<byte> start) =>
        LayerCompression.Detect(start) != CompressionKind.None || LayerCompression.IsTarHeader(start);

    // Ignore files are for directories of this machine: what comes from elsewhere was chosen by who sent it.
    private async Task<DockerfileSource> FromRemoteAsync(RemoteContext context, string? file, CancellationToken cancellationToken)
    {
        SourceText text;
        if (file == Standard) text = SourceText.FromUtf8(await ReadAsync(standardInput, "Dockerfile on standard input", cancellationToken), DefaultName);
        else if (file is not null && HttpLocation.IsHttp(file)) text = await DownloadAsync(file, cancellationToken);
        else if (context.Directory is { } directory) text = await ReadBeneathAsync(directory, context.Name, file, cancellationToken);
        else if (file is null) text = SourceText.FromUtf8(await ReadAllAsync(await Remote.OpenAsync(context, cancellationToken), context.Name, cancellationToken), context.Name);
        else throw CommandException.Usage($"--file can't be used: {context.Name} is no archive but a Dockerfile itself");
        return new DockerfileSource(text, null, null) { RemoteContext = context.Operation, RemoteDirectory = context.Directory };
    }

    private async Task<SourceText> DownloadAsync(string url, CancellationToken cancellationToken)
    {
        string shown = UrlText.Redacted(url);
        return SourceText.FromUtf8(await ReadAllAsync(await Remote.OpenAsync(url, cancellationToken), shown, cancellationToken), shown);
    }

    private static async Task<SourceText> ReadBeneathAsync(string directory, string context, string? file, CancellationToken cancellationToken)
    {
        using DirectoryHandle root = DirectoryHandle.Open(directory);
        foreach (string name in file is null ? (string[])[DefaultName, LowerCaseName] : [file])
        {
            SafeFileHandle handle;
            try
            {
                handle = root.OpenFileBeneath(UnixPath.Encode(name.Trim('/')));
            }
            catch (SyscallException e) when (e.Errno is Errno.ENOENT or Errno.ENOTDIR)
            {
                continue;
            }
            catch (Exception e) when (e is SyscallException or IOException)
            {
                throw new CommandException($"can't read {name} in {context}: {e.Message}", inner: e);
            }

            return SourceText.FromUtf8(await ReadAllAsync(new FileStream(handle, FileAccess.Read), name, cancellationToken), name);
        }

        throw new CommandException($"no such Dockerfile: {file ?? DefaultName} in {context}", hint: "name it with --file, as it is called there");
    }

    private static async Task<byte[]> ReadAllAsync(Stream stream, string shown, CancellationToken cancellationToken)
    {
        await using (stream) return await ReadAsync(stream, shown, cancellationToken);
    }

    private RemoteContexts Remote => remote ?? throw new CommandException("contexts and Dockerfiles from elsewhere are fetched by a build only", hint: "give a directory");

    private string ContextDirectory(string context)
    {
        string directory = environment.FullPath(context);
        if (Directory.Exists(directory)) return directory;
        if (File.Exists(directory)) throw new CommandException($"the build context is not a directory: {context}", hint: $"did you mean '--file {context} .'?");
        throw new CommandException($"no such build context: {context}");
    }

    private (string Path, string Shown) Locate(string context, string directory, string? file)
    {
        if (file is not null)
        {
            string path = environment.FullPath(file);
            return Directory.Exists(path)
                ? throw new CommandException($"--file names a directory: {file}")
                : File.Exists(path) ? (path, file) : throw Missing(path, file);
        }

        foreach (string name in (string[])[DefaultName, LowerCaseName])
        {
            string path = Path.Combine(directory, name);
            if (File.Exists(path)) return (path, Shown(context, name));
        }

        throw Missing(Path.Combine(directory, DefaultName), Shown(context, DefaultName));
    }

    private static string Shown(string context, string name) => context is "." or "./" ? name : Path.Combine(context, name);

    private static CommandException Missing(string path, string shown)
    {
        string? directory = Path.GetDirectoryName(path);
        string? near = Directory.Exists(directory) ? Nearest(Path.GetFileName(path), directory) : null;
        string typed = Path.GetDirectoryName(shown) is { Length: > 0 } shownDirectory && near is not null ? Path.Combine(shownDirectory, near) : near ?? "";
        return new CommandException(
            $"no such Dockerfile: {shown}", hint: near is null ? "name it with --file" : $"did you mean '--file {typed}'?");
    }

    // Names with "Dockerfile" in them first, whatever their case; then misspellings.
    private static string? Nearest(string name, string directory)
    {
        try
        {
            string[] names = [.. Directory.EnumerateFiles(directory).Take(10_000).Select(p => Path.GetFileName(p)).Order(StringComparer.Ordinal)];
            string[] likely =
            [
                .. names.Where(n => !n.EndsWith(IgnoreSuffix, StringComparison.Ordinal)
                    && (n.Contains("dockerfile", StringComparison.OrdinalIgnoreCase) || n.Equals("containerfile", StringComparison.OrdinalIgnoreCase))),
            ];
            return Suggestion.Nearest(name, likely) ?? (likely.Length > 0 ? likely[0] : Suggestion.Nearest(name, names));
        }
        catch (UnauthorizedAccessException)
        {
            // The directory can't be listed: then there is nothing to suggest.
            return null;
        }
    }
}
