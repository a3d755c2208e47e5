namespace Builder.EndToEnd.Tests.Differential;

/// <summary>What a generator knows to be in a stage's tree; there may be more.</summary>
internal sealed class ImageModel
{
    private static readonly string[] OfBase = ["/etc", "/root", "/home", "/sbin", "/bin", "/tmp"];

    private readonly SortedDictionary<string, bool> _isDirectory;

    private ImageModel(SortedDictionary<string, bool> isDirectory) => _isDirectory = isDirectory;

    public static ImageModel Empty() => new(new SortedDictionary<string, bool>(StringComparer.Ordinal));

    public static ImageModel OfBaseImage()
    {
        ImageModel model = Empty();
        foreach (string directory in OfBase)
            model.AddDirectory(directory);
        foreach (string file in new[] { "/etc/passwd", "/etc/group", "/bin/busybox" })
            model.AddFile(file);
        return model;
    }

    public IReadOnlyList<string> Files => [.. _isDirectory.Where(p => !p.Value).Select(p => p.Key)];

    public IReadOnlyList<string> Directories => [.. _isDirectory.Where(p => p.Value).Select(p => p.Key)];

    /// <summary>Paths that steps may take away: what an image starts with stays.</summary>
    public IReadOnlyList<string> Removable(bool directories) =>
        [.. _isDirectory.Where(p => p.Value == directories && !OfBase.Any(path => p.Key == path || p.Key.StartsWith(path + "/", StringComparison.Ordinal))).Select(p => p.Key)];

    public ImageModel Copy() => new(new SortedDictionary<string, bool>(_isDirectory, StringComparer.Ordinal));

    public bool IsDirectory(string path) => path == "/" || _isDirectory.GetValueOrDefault(path);

    public void AddDirectory(string path)
    {
        for (string at = path; at.Length > 1; at = Parent(at))
            _isDirectory[at] = true;
    }

    public void AddFile(string path)
    {
        AddDirectory(Parent(path));
        _isDirectory[path] = false;
    }

    public void Remove(string path)
    {
        foreach (string key in _isDirectory.Keys.Where(key => key == path || key.StartsWith(path + "/", StringComparison.Ordinal)).ToList())
            _isDirectory.Remove(key);
    }

    /// <summary>Everything at and below a path gets another name.</summary>
    public void Move(string from, string to)
    {
        foreach ((string key, bool isDirectory) in _isDirectory.Where(p => p.Key == from || p.Key.StartsWith(from + "/", StringComparison.Ordinal)).ToList())
        {
            _isDirectory.Remove(key);
            string moved = to + key[from.Length..];
            AddDirectory(Parent(moved));
            _isDirectory[moved] = isDirectory;
        }
    }

    private static string Parent(string path) => path[..Math.Max(path.LastIndexOf('/'), 0)];
}
