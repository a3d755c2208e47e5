using System.Globalization;
using System.Text;
using Builder.Cache.Storage;
using Builder.Oci;

namespace Builder.Cache.History;

/// <summary>
/// The last builds, newest first. Only a memory for explanations: what can't be read counts as absent, and nothing else depends on it.
/// </summary>
public sealed class BuildHistory
{
    private const int MaxSize = 16 << 20;
    private const int KeptPerProject = 10;
    private const int KeptInAll = 200;
    private const int NameLength = 16;

    private readonly string _directory;
    private readonly StoreOwner _owner;

    internal BuildHistory(string directory, StoreOwner owner) => (_directory, _owner) = (directory, owner);

    /// <summary>Adds a build, and forgets the oldest when there are many.</summary>
    /// <exception cref="StoreException">The disk is full or can't be written to.</exception>
    public void Add(BuildRecord build)
    {
        byte[] content = SealedJson.Write(BuildFile.From(build), StoreJsonContext.Default.BuildFile);
        if (content.Length > MaxSize) return;
        string name = string.Create(CultureInfo.InvariantCulture, $"{build.StartedAt.UtcTicks:D20}-{NameOf(build.Project)}-{_owner.NewName()}");
        StoreFiles.Replace(_owner, Path.Combine(_directory, name), content, durable: false);
        Forget();
    }

    /// <summary>Builds, newest first; read one by one as they are asked for.</summary>
    /// <param name="project">Of one project only, or null for all.</param>
    public IEnumerable<BuildRecord> Latest(string? project = null) =>
        from name in Names()
        where project is null || IsOf(name, NameOf(project))
        let build = StoreFiles.ReadJson(Path.Combine(_directory, name), StoreJsonContext.Default.BuildFile, MaxSize)?.ToRecord()
        where build is not null && (project is null || build.Project == project)
        select build;

    private static string NameOf(string project) => Digest.Sha256(Encoding.UTF8.GetBytes(project)).Hex[..NameLength];

    private static bool IsOf(string name, string project) => name.Split('-') is [_, var second, ..] && second == project;

    private List<string> Names()
    {
        List<string> names = [.. Directory.EnumerateFiles(_directory).Select(p => Path.GetFileName(p))];
        names.Sort((a, b) => string.CompareOrdinal(b, a));
        return names;
    }

    private void Forget()
    {
        int inAll = 0;
        var perProject = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (string name in Names())
        {
            string project = name.Split('-') is [_, var second, ..] ? second : "";
            int count = perProject[project] = perProject.GetValueOrDefault(project) + 1;
            if (count > KeptPerProject || ++inAll > KeptInAll) File.Delete(Path.Combine(_directory, name));
        }
    }
}
