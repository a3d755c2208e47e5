using System.IO.Compression;
using Builder.Executor.Attestations.Packages;
using Builder.Executor.Attestations.Packages.Rpm;

namespace Builder.Executor.Tests.Attestations;

public class RpmDatabaseTests
{
    private static readonly Distribution Fedora = new("fedora", "40");

    private static readonly string[] Installed =
    [
        "pkg:rpm/fedora/curl@7.76.1-29.el9_4?arch=x86_64&distro=fedora-40&upstream=curl-7.76.1-29.el9_4.src.rpm",
        "pkg:rpm/fedora/many-files@2.0~rc1-0.1?arch=noarch&distro=fedora-40&upstream=many-files-2.0~rc1-0.1.src.rpm",
        "pkg:rpm/fedora/openssl-libs@3.2.2-3.el9?arch=x86_64&distro=fedora-40&epoch=1&upstream=openssl-libs-3.2.2-3.el9.src.rpm",
        "pkg:rpm/fedora/plain@1.0-1.fc40?arch=noarch&distro=fedora-40&upstream=plain-1.0-1.fc40.src.rpm",
    ];

    private static readonly string Removed = "pkg:rpm/fedora/removed@9-9?arch=noarch&distro=fedora-40&upstream=removed-9-9.src.rpm";

    [Fact]
    public void A_database_that_rpm_wrote_with_sqlite_lists_every_package()
    {
        Package[] packages = [.. RpmDatabase.Sqlite(Open("rpmdb.sqlite"), null, "/x", Fedora)];
        Assert.Equal([.. Installed, Removed], packages.Select(package => package.Url).Order(StringComparer.Ordinal));
        Assert.Equal(("1:3.2.2-3.el9", "Apache-2.0"), packages.Where(package => package.Name == "openssl-libs").Select(package => (package.Version, package.License)).Single());
    }

    [Fact]
    public void One_of_ndb_lists_every_package_too() =>
        Assert.Equal([.. Installed, Removed], Urls(RpmDatabase.Ndb(new MemoryStream(NdbSample.Of(Open("rpmdb.sqlite"))), "/x", Fedora)));

    [Fact]
    public void What_the_log_beside_a_database_changed_counts()
    {
        string[] others = [.. Installed.Where(url => !url.Contains("many-files", StringComparison.Ordinal))];
        Assert.Equal([.. others, Removed], Urls(RpmDatabase.Sqlite(Open("logged.sqlite"), null, "/x", Fedora)));
        Assert.Equal(others, Urls(RpmDatabase.Sqlite(Open("logged.sqlite"), Open("logged.sqlite-wal"), "/x", Fedora)));

        // A change that was not finished never happened.
        MemoryStream broken = Open("logged.sqlite-wal");
        broken.GetBuffer()[broken.Length - 100] ^= 1;
        Assert.Equal([.. others, Removed], Urls(RpmDatabase.Sqlite(Open("logged.sqlite"), broken, "/x", Fedora)));
    }

    [Fact]
    public void Pages_that_point_in_circles_end_somewhere()
    {
        // Every page says that it leads to page 1, which the table's own tree can't come back from.
        byte[] bytes = Open("logged.sqlite").ToArray();
        for (int page = 512; page < bytes.Length; page += 512)
        {
            if (bytes[page] != 5) continue;
            for (int i = 0; i < 4; i++) bytes[page + 8 + i] = (byte)(i == 3 ? (page / 512) + 1 : 0);
        }

        Assert.Contains("circles", Assert.Throws<InvalidDataException>(() => Urls(RpmDatabase.Sqlite(new MemoryStream(bytes), null, "/x", Fedora))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_database_says_so()
    {
        Assert.Contains("no SQLite database", Assert.Throws<InvalidDataException>(() => Urls(RpmDatabase.Sqlite(new MemoryStream(new byte[5000]), null, "/x", Fedora))).Message, StringComparison.Ordinal);
        Assert.Contains("no ndb database", Assert.Throws<InvalidDataException>(() => Urls(RpmDatabase.Ndb(new MemoryStream(new byte[5000]), "/x", Fedora))).Message, StringComparison.Ordinal);
    }

    private static MemoryStream Open(string name)
    {
        using var packed = new GZipStream(File.OpenRead(Path.Combine(AppContext.BaseDirectory, "Attestations/RpmDatabases", name + ".gz")), CompressionMode.Decompress);
        var content = new MemoryStream();
        packed.CopyTo(content);
        return content;
    }

    private static string[] Urls(IEnumerable<Package> packages) => [.. packages.Select(package => package.Url).Order(StringComparer.Ordinal)];
}
