namespace Builder.Executor.Attestations.Packages.Rpm;

/// <summary>Reads the databases of rpm: in SQLite's format (Fedora, RHEL and their kin) and in ndb's (SUSE).</summary>
internal static class RpmDatabase
{
    private const string Table = "Packages";
    private const int BlobColumn = 1;

    /// <summary>The packages of <c>rpmdb.sqlite</c>.</summary>
    /// <param name="file">The database; can be sought in.</param>
    /// <param name="log">Its write-ahead log, or null.</param>
    /// <param name="location">The path that is told.</param>
    /// <param name="distribution">Whose packages they are.</param>
    /// <exception cref="InvalidDataException">It is malformed.</exception>
    public static IEnumerable<Package> Sqlite(Stream file, Stream? log, string location, Distribution distribution)
    {
        var pages = new SqlitePages(file, log);
        SqliteTable table = SqliteTable.Find(pages, Table) ?? throw SqlitePages.Malformed("it has no table of packages");
        foreach (SqlitePayload row in table.Rows())
        {
            // CREATE TABLE Packages (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL)
            long[] types = row.ReadHeader();
            if (types.Length <= BlobColumn || types[BlobColumn] < 12) throw SqlitePages.Malformed("a row is no package");
            row.Skip(SqlitePayload.SizeOf(types[0]));
            if (RpmHeader.Read(row, location, distribution) is { } package) yield return package;
        }
    }

    /// <summary>The packages of ndb's <c>Packages.db</c>.</summary>
    /// <exception cref="InvalidDataException">It is malformed.</exception>
    public static IEnumerable<Package> Ndb(Stream file, string location, Distribution distribution)
    {
        foreach (Stream header in NdbFile.Headers(file))
        {
            if (RpmHeader.Read(header, location, distribution) is { } package) yield return package;
        }
    }
}
