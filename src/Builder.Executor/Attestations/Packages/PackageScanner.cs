using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Builder.Cache.Layers;
using Builder.Executor.Attestations.Packages.Rpm;

namespace Builder.Executor.Attestations.Packages;

/// <summary>Looks through a file system for what says which software is in it. The image is not trusted: what is malformed or too large is noted, never fatal.</summary>
internal static class PackageScanner
{
    private const int LargestFile = 64 << 20;
    private const int LargestDatabase = 1 << 30; // read page by page
    private const int MostPackages = 100_000;
    private delegate IEnumerable<Package> PackageReader(Stream content, string location);

    /// <summary>All that is found.</summary>
    public static PackageList Scan(MergedTree tree, CancellationToken cancellationToken)
    {
        Distribution distribution = ReadDistribution(tree);
        var found = new Dictionary<(string Url, string Location), Package>();
        var notes = new List<string>();
        foreach (MergedFile file in tree.Walk([]))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!file.Status.IsRegular) continue;
            string path = Encoding.UTF8.GetString(file.Path);
            if (path is "var/lib/rpm/Packages" or "usr/lib/sysimage/rpm/Packages") notes.Add($"/{path}: databases of rpm in the form of BerkeleyDB are not read, its packages are missing here");
            if (ReaderOf(tree, path, distribution) is not { } reader) continue;
            int largest = IsRpm(path) ? LargestDatabase : LargestFile;
            if (found.Count >= MostPackages) notes.Add($"/{path}: not read, there are more than {MostPackages} packages already");
            else if (file.Status.Size > largest) notes.Add($"/{path}: not read, it is larger than {largest} bytes");
            else if (Read(file, path, reader, found) is { } problem) notes.Add($"/{path}: {problem}");
        }

        return new PackageList([.. found.Values.OrderBy(package => package.Url, StringComparer.Ordinal).ThenBy(package => package.Location, StringComparer.Ordinal)], notes);
    }

    private static string? Read(MergedFile file, string path, PackageReader reader, Dictionary<(string Url, string Location), Package> found)
    {
        try
        {
            using var content = new FileStream(file.OpenRead(), FileAccess.Read);
            foreach (Package package in reader(content, "/" + path).Take(MostPackages - found.Count)) found.TryAdd((package.Url, package.Location), package);
            return null;
        }
        catch (Exception e) when (e is JsonException or InvalidDataException or InvalidOperationException or IOException or RegexMatchTimeoutException)
        {
            return $"not read to its end: {e.Message.ReplaceLineEndings(" ")}";
        }
    }

    private static PackageReader? ReaderOf(MergedTree tree, string path, Distribution distribution)
    {
        int slash = path.LastIndexOf('/');
        (string directory, string name) = slash < 0 ? ("", path) : (path[..slash], path[(slash + 1)..]);
        return (directory, name) switch
        {
            ("var/lib/dpkg", "status") => Lines((text, at) => SystemPackages.Dpkg(text, at, distribution)),
            ("var/lib/dpkg/status.d", _) when !name.EndsWith(".md5sums", StringComparison.Ordinal) => Lines((text, at) => SystemPackages.Dpkg(text, at, distribution)),
            ("lib/apk/db" or "usr/lib/apk/db", "installed") => Lines((text, at) => SystemPackages.Apk(text, at, distribution)),
            ("var/lib/rpm" or "usr/lib/sysimage/rpm" or "usr/share/rpm", "rpmdb.sqlite") => (content, at) => ReadRpm(tree, content, at, distribution),
            ("var/lib/rpm" or "usr/lib/sysimage/rpm" or "usr/share/rpm", "Packages.db") => (content, at) => RpmDatabase.Ndb(content, at, distribution),
            (_, "package-lock.json" or ".package-lock.json" or "npm-shrinkwrap.json") => LanguagePackages.Npm,
            (_, "METADATA") when directory.EndsWith(".dist-info", StringComparison.Ordinal) => Lines(LanguagePackages.PythonMetadata),
            (_, "PKG-INFO") when directory.EndsWith(".egg-info", StringComparison.Ordinal) => Lines(LanguagePackages.PythonMetadata),
            (_, "requirements.txt") => Lines(LanguagePackages.Requirements),
            (_, "go.mod") => Lines(LanguagePackages.GoModule),
            (_, "Cargo.lock") => Lines(static (text, at) => LockFiles.Toml(text, at, PackageMaker.Cargo)),
            (_, "poetry.lock" or "pdm.lock" or "uv.lock") => Lines(static (text, at) => LockFiles.Toml(text, at, PackageMaker.Python)),
            (_, "Pipfile.lock") => LockFiles.Pipenv,
            (_, "yarn.lock") => Lines(LockFiles.Yarn),
            (_, "pnpm-lock.yaml") => Lines(LockFiles.Pnpm),
            (_, "Gemfile.lock" or "gems.locked") => Lines(LockFiles.Bundler),
            (_, "composer.lock") => LockFiles.Composer,
            (_, "installed.json") when directory.EndsWith("vendor/composer", StringComparison.Ordinal) => LockFiles.Composer,
            (_, "packages.lock.json") => LockFiles.NuGet,
            (_, "gradle.lockfile") => Lines(LockFiles.Gradle),
            _ when name.EndsWith(".deps.json", StringComparison.Ordinal) => LanguagePackages.DotNet,
            _ => null,
        };
    }

    private static bool IsRpm(string path) => path.EndsWith("/rpmdb.sqlite", StringComparison.Ordinal) || path.EndsWith("/Packages.db", StringComparison.Ordinal);

    // What was written last may still be in the log beside it.
    private static IEnumerable<Package> ReadRpm(MergedTree tree, Stream content, string location, Distribution distribution)
    {
        using MergedFile? log = tree.Find(Encoding.UTF8.GetBytes(location[1..] + "-wal"), followLast: false);
        using FileStream? pages = log is { Status: { IsRegular: true, Size: > 0 and <= LargestDatabase } } ? new FileStream(log.OpenRead(), FileAccess.Read) : null;
        foreach (Package package in RpmDatabase.Sqlite(content, pages, location, distribution)) yield return package;
    }

    private static PackageReader Lines(Func<TextReader, string, IEnumerable<Package>> read) => (content, location) => read(new StreamReader(content, Encoding.UTF8), location);

    // Its absence is no error: most images FROM scratch have none.
    private static Distribution ReadDistribution(MergedTree tree)
    {
        const int LargestRelease = 64 << 10;
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        using MergedFile? file = tree.Find("etc/os-release"u8);
        if (file is { Status: { IsRegular: true, Size: <= LargestRelease } })
        {
            using var text = new StreamReader(new FileStream(file.OpenRead(), FileAccess.Read), Encoding.UTF8);
            while (text.ReadLine() is { } line)
            {
                int equals = line.IndexOf('=', StringComparison.Ordinal);
                if (equals > 0) fields[line[..equals]] = line[(equals + 1)..].Trim('"', '\'', ' ');
            }
        }

        return new Distribution(fields.GetValueOrDefault("ID", "linux"), fields.GetValueOrDefault("VERSION_ID", ""));
    }
}
