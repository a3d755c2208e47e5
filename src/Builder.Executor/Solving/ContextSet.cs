using Builder.Cache;
using Builder.Cache.Contexts;
using Builder.Executor.Contexts;
using Builder.Linux;
using Builder.Linux.Files;

namespace Builder.Executor.Solving;

/// <summary>The local contexts of a build, opened when something reads them.</summary>
internal sealed class ContextSet(IReadOnlyDictionary<string, LocalContext> contexts, ContextModes modes, StatIndexStore indexes) : IDisposable
{
    private const string MainName = "context";

    private readonly List<StatIndex> _indexes = [];
    private readonly Dictionary<string, SourceTree> _open = new(StringComparer.Ordinal);

    /// <summary>The tree of a context.</summary>
    /// <exception cref="OperationException">It isn't there or can't be read.</exception>
    public async Task<SourceTree> OpenAsync(string name, CancellationToken cancellationToken)
    {
        if (_open.TryGetValue(name, out SourceTree? known)) return known;
        if (!contexts.TryGetValue(name, out LocalContext? context))
        {
            throw name == MainName
                ? new OperationException("the build has no context to copy from", "give a directory as the build's argument")
                : new OperationException($"there is no build context '{name}'", $"add --build-context {name}=PATH");
        }

        IgnoreRules ignore = context.IgnoreFile is null
            ? IgnoreRules.None
            : await IgnoreRules.LoadAsync(context.IgnoreFile, context.Directory, Shown(context.IgnoreFile, context.Directory), cancellationToken);
        string description = name == MainName ? "the build context" : $"the build context '{name}'";
        try
        {
            StatIndex index = indexes.Open(context.Directory);
            _indexes.Add(index);
            return _open[name] = new SourceTree(DirectoryHandle.Open(context.Directory), ignore, description, isContext: true, modes, index);
        }
        catch (SyscallException e)
        {
            throw new OperationException($"can't open {description} {context.Directory}: {e.Message}", inner: e);
        }
    }

    /// <summary>Keeps what is known now of the files that were read.</summary>
    /// <exception cref="StoreException">The disk is full or can't be written to.</exception>
    public void Remember() => _indexes.ForEach(indexes.Save);

    // An ignore file in the context is named as its user names it; one that lies elsewhere with its whole path.
    private static string Shown(string file, string directory)
    {
        string relative = Path.GetRelativePath(directory, file);
        return relative.StartsWith("..", StringComparison.Ordinal) ? file : relative;
    }

    public void Dispose()
    {
        foreach (SourceTree tree in _open.Values) tree.Dispose();
        _open.Clear();
    }
}
