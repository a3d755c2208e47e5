using System.Collections.Immutable;
using Builder.Executor.Secrets;
using Builder.Linux.Files;

namespace Builder.Executor.Steps;

/// <summary>The secrets given to a build.</summary>
internal sealed class SecretStore(ImmutableDictionary<string, SecretSource> sources)
{
    private const int MaxSize = 500 << 10;

    /// <summary>The bytes of a secret; null when it wasn't given.</summary>
    /// <exception cref="OperationException">It was given but can't be had.</exception>
    public async Task<byte[]?> ReadAsync(string id, CancellationToken cancellationToken) => sources.GetValueOrDefault(id) switch
    {
        null or UnsetVariable => null,
        SecretFile file => await ReadFileAsync(id, file.Path, cancellationToken),
        SecretValue value => Checked(id, UnixPath.Encode(value.Value)),
        SecretSource other => throw new NotSupportedException($"no reader for {other.GetType().Name}"),
    };

    /// <summary>All forms of all secrets that can be read; what can't be read, no step can have got.</summary>
    public async Task<IReadOnlyList<SecretPattern>> PatternsAsync(CancellationToken cancellationToken)
    {
        var patterns = new List<SecretPattern>();
        foreach (string id in sources.Keys.Order(StringComparer.Ordinal))
        {
            try
            {
                if (await ReadAsync(id, cancellationToken) is { } secret) patterns.AddRange(SecretPatterns.Of(id, secret));
            }
            catch (OperationException)
            {
                // A step that mounts it says so.
            }
        }

        return patterns;
    }

    /// <summary>What to say when a secret wasn't given.</summary>
    public string HintFor(string id)
    {
        if (sources.GetValueOrDefault(id) is UnsetVariable unset) return $"the variable {unset.Name} of --secret id={id} is not set";
        string given = sources.IsEmpty ? "" : $"; given are {string.Join(", ", sources.Keys.Order(StringComparer.Ordinal))}";
        return $"add --secret id={id},src=FILE or --secret id={id},env=VARIABLE{given}";
    }

    private static async Task<byte[]> ReadFileAsync(string id, string path, CancellationToken cancellationToken)
    {
        try
        {
            await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            byte[] buffer = new byte[MaxSize + 1];
            int length = await file.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
            return Checked(id, buffer[..length]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new OperationException($"the secret '{id}' can't be read: {e.Message}", inner: e);
        }
    }

    private static byte[] Checked(string id, byte[] content) =>
        content.Length <= MaxSize ? content : throw new OperationException($"the secret '{id}' is larger than {MaxSize >> 10} KiB");
}
