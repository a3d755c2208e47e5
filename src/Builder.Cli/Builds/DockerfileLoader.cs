using Builder.Cli.Hosting;
using Builder.Parser.Diagnostics;
using Builder.Parser.Text;

namespace Builder.Cli.Builds;

/// <summary>Finds and reads the Dockerfile, and finds the context and its ignore file.</summary>
internal sealed class DockerfileLoader(HostEnvironment environment, Stream standardInput)
{
    private const string Standard = "-";
    private const string DefaultName = "Dockerfile";
    private const string IgnoreSuffix = ".dockerignore";
    private const string PodmanIgnoreName = ".containerignore";
    private const int MaxBytes = 4 << 20;
    private const int TarMagicOffset = 257;
    private static readonly string[] RemotePrefixes = ["http://", "https://", "git://", "git@", "ssh://", "github.com/"];

    /// <summary>Reads what the arguments name.</summary>
    /// <exception cref="CommandException">There is no such file or directory, or it can't be read.</exception>
    public async Task<DockerfileSource> LoadAsync(string context, string? file, CancellationToken cancellationToken)
    {
        if (context == Standard) return await FromStandardInputAloneAsync(file, cancellationToken);
        string directory = ContextDirectory(context);
        if (file == Standard)
        {
            byte[] piped = await ReadAsync(standardInput, "Dockerfile on standard input", cancellationToken);
            return new DockerfileSource(SourceText.FromUtf8(piped, DefaultName), directory, ContextIgnoreFile(directory));
        }

        (string path, string shown) = Locate(context, directory, file);
        byte[] content = await ReadFileAsync(path, shown, cancellationToken);
        string own = path + IgnoreSuffix;
        return new DockerfileSource(SourceText.FromUtf8(content, shown), directory, File.Exists(own) ? own : ContextIgnoreFile(directory));
    }

    private static string? ContextIgnoreFile(string directory)
    {
        // Docker's own name first: where a project has both, its images must not depend on which tool builds them.
        foreach (string name in (string[])[IgnoreSuffix, PodmanIgnoreName])
        {
            string path = Path.Combine(directory, name);
            if (File.Exists(path)) return path;
        }

        return null;
    }

    private static async Task<byte[]> ReadFileAsync(string path, string shown, CancellationToken cancellationToken)
    {
        try
        {
            await using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            return await ReadAsync(stream, shown, cancellationToken);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new CommandException($"can't read {shown}: permission denied", inner: e);
        }
        catch (IOException e)
        {
            throw new CommandException($"can't read {shown}: {e.Message}", inner: e);
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

    private static bool IsArchive(ReadOnlySpan<byte> content) =>
        content.StartsWith((ReadOnlySpan<byte>)[0x1f, 0x8b])
            || content.StartsWith("BZh"u8)
            || content.StartsWith((ReadOnlySpan<byte>)[0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00])
            || content.StartsWith((ReadOnlySpan<byte>)[0x28, 0xb5, 0x2f, 0xfd])
            || (content.Length >= TarMagicOffset + 5 && content[TarMagicOffset..].StartsWith("ustar"u8));

    private async Task<DockerfileSource> FromStandardInputAloneAsync(string? file, CancellationToken cancellationToken)
    {
        if (file == Standard) throw CommandException.Usage("standard input can't be both the context and the Dockerfile");
        if (file is not null) throw CommandException.Usage("--file can't be used when the Dockerfile comes from standard input");
        byte[] head = new byte[TarMagicOffset + 5];
        int filled = await standardInput.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellationToken);
        if (IsArchive(head.AsSpan(0, filled)))
            throw new CommandException("an archive as context on standard input is not supported yet", hint: "unpack it and give the directory");
        await using var whole = new JoinedStream(head.AsMemory(0, filled), standardInput);
        byte[] content = await ReadAsync(whole, "Dockerfile on standard input", cancellationToken);
        return new DockerfileSource(SourceText.FromUtf8(content, DefaultName), null, null);
    }

    private string ContextDirectory(string context)
    {
        if (RemotePrefixes.Any(p => context.StartsWith(p, StringComparison.Ordinal)))
            throw new CommandException($"a remote context is not supported yet: {context}", hint: "clone or download it and give the directory");
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

        foreach (string name in (string[])[DefaultName, "dockerfile"])
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
