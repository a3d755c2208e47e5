using Builder.Sandbox.Plans;

namespace Builder.Sandbox.Mounts;

/// <summary>The option string of an overlay mount. All paths are relative to the base directory: the string is limited to one page.</summary>
internal static class OverlayOptions
{
    private const int PageSize = 4096;

    public static string Format(OverlayRoot root)
    {
        string options = "userxattr,lowerdir=" + string.Join(':', root.LowerDirectories.Select(Escape));
        if (root.UpperDirectory is { } upper)
        {
            string work = root.WorkDirectory ?? throw new ArgumentException("an upper directory needs a work directory", nameof(root));
            options += $",upperdir={Relative(root, upper)},workdir={Relative(root, work)}";
            if (root.Volatile) options += ",volatile";
        }

        if (options.Length >= PageSize)
            throw new SandboxException($"the image has {root.LowerDirectories.Count} layers: more than one overlay mount can hold", 125);
        return options;
    }

    private static string Relative(OverlayRoot root, string path) => Escape(Path.GetRelativePath(root.BaseDirectory, path));

    private static string Escape(string path) =>
        path.Replace("\\", "\\\\", StringComparison.Ordinal).Replace(":", "\\:", StringComparison.Ordinal).Replace(",", "\\,", StringComparison.Ordinal);
}
