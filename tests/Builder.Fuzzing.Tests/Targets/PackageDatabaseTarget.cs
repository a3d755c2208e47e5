using System.IO.Compression;
using Builder.Executor.Attestations.Packages;
using Builder.Executor.Attestations.Packages.Rpm;
using Builder.Executor.Tests.Attestations;

namespace Builder.Fuzzing.Tests.Targets;

/// <summary>Databases of rpm, which an image brings along: each read as one of SQLite, as its log, and as one of ndb.</summary>
internal sealed class PackageDatabaseTarget : IFuzzTarget
{
    private const int Most = 1000;
    private static readonly byte[] Sound = Open("logged.sqlite");

    public string Name => "rpm";

    public IReadOnlyList<byte[]> Seeds { get; } = [Sound, Open("logged.sqlite-wal"), NdbSample.Of(new MemoryStream(Sound))];

    public IReadOnlyList<string> Words { get; } = ["SQLite format 3\0", "RpmP", "Slot", "BlbS", "\0\0\0\u0001", "\u0005", "\u000d", "table", "Packages", "\0\0\u0003\u00e8", "\u007f\u007f\u007f\u007f", "\0\0\0\0\0\0\0\0"];

    public void Read(byte[] input)
    {
        Try(() => RpmDatabase.Sqlite(new MemoryStream(input), null, "/x", new Distribution("x", "1")));
        Try(() => RpmDatabase.Sqlite(new MemoryStream(Sound), new MemoryStream(input), "/x", new Distribution("x", "1")));
        Try(() => RpmDatabase.Ndb(new MemoryStream(input), "/x", new Distribution("x", "1")));
    }

    private static void Try(Func<IEnumerable<Package>> read)
    {
        try
        {
            foreach (Package package in read().Take(Most)) Assert.NotEmpty(package.Url);
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            // What the scanner notes.
        }
    }

    private static byte[] Open(string name)
    {
        using var packed = new GZipStream(File.OpenRead(Path.Combine(AppContext.BaseDirectory, "RpmDatabases", name + ".gz")), CompressionMode.Decompress);
        using var content = new MemoryStream();
        packed.CopyTo(content);
        return content.ToArray();
    }
}
