using Builder.Cache.Keys;
using Builder.Cache.Records;
using Builder.Cache.Snapshots;
using Builder.Oci;

namespace Builder.Cache.Tests.Records;

public sealed class RecordStoreTests : IDisposable
{
    private readonly TestStore _test = new();

    private BuilderStore Store => _test.Store;

    public void Dispose() => _test.Dispose();

    [Fact]
    public void A_record_is_found_again_with_everything_in_it()
    {
        CacheRecord record = Put("a");
        Assert.Equal(record, Store.Records.Find(record.Key.Digest));
        using BuilderStore other = _test.OpenAnother();
        Assert.Equal(record, other.Records.Find(record.Key.Digest));
    }

    [Fact]
    public void An_unknown_key_is_a_miss() => Assert.Null(Store.Records.Find(Digest.Sha256("x"u8)));

    [Fact]
    public void An_alias_leads_to_the_record()
    {
        CacheRecord record = Put("a");
        Digest alias = Digest.Sha256("alias"u8);
        Store.Records.PutAlias(alias, record.Key.Digest);
        Assert.Equal(record, Store.Records.Find(alias));
    }

    [Fact]
    public void An_alias_of_an_alias_is_a_miss()
    {
        CacheRecord record = Put("a");
        Digest first = Digest.Sha256("1"u8);
        Digest second = Digest.Sha256("2"u8);
        Store.Records.PutAlias(first, record.Key.Digest);
        Store.Records.PutAlias(second, first);
        Assert.Null(Store.Records.Find(second));
    }

    [Fact]
    public void An_alias_to_nothing_is_a_miss()
    {
        Store.Records.PutAlias(Digest.Sha256("1"u8), Digest.Sha256("2"u8));
        Assert.Null(Store.Records.Find(Digest.Sha256("1"u8)));
    }

    [Fact]
    public void A_key_that_would_be_its_own_alias_keeps_its_record()
    {
        CacheRecord record = Put("a");
        Store.Records.PutAlias(record.Key.Digest, record.Key.Digest);
        Assert.Equal(record, Store.Records.Find(record.Key.Digest));
    }

    [Fact]
    public void A_later_record_replaces_an_earlier_one()
    {
        CacheRecord first = Put("a");
        CacheRecord second = Put("a");
        Assert.NotEqual(first.SnapshotId, second.SnapshotId);
        Assert.Equal(second, Store.Records.Find(first.Key.Digest));
    }

    [Fact]
    public void A_record_whose_snapshot_is_gone_is_a_miss()
    {
        CacheRecord record = Put("a");
        Store.Snapshots.Delete(record.SnapshotId);
        Assert.Null(Store.Records.Find(record.Key.Digest));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("\0\0\0\0")]
    [InlineData("""{"alias":"nonsense"}""")]
    [InlineData("""{"fields":[null],"snapshotId":"SNAPSHOT","description":"d","createdAt":"2026-01-01T00:00:00Z"}""")]
    [InlineData("""{"fields":[{"name":"n","digest":"sha256:1"}],"snapshotId":"SNAPSHOT","description":"d","createdAt":"2026-01-01T00:00:00Z"}""")]
    [InlineData("""{"fields":[],"snapshotId":"../SNAPSHOT","description":"d","createdAt":"2026-01-01T00:00:00Z"}""")]
    [InlineData("""{"fields":[],"snapshotId":"SNAPSHOT","description":"d","createdAt":"yesterday"}""")]
    public void A_damaged_record_is_a_miss_and_can_be_written_again(string content)
    {
        CacheRecord record = Put("a");
        File.WriteAllText(PathOf(record), content.Replace("SNAPSHOT", record.SnapshotId, StringComparison.Ordinal));
        Assert.Null(Store.Records.Find(record.Key.Digest));
        Store.Records.Put(record);
        Assert.Equal(record, Store.Records.Find(record.Key.Digest));
    }

    [Fact]
    public void A_record_cut_short_anywhere_is_a_miss()
    {
        CacheRecord record = Put("a");
        byte[] whole = File.ReadAllBytes(PathOf(record));
        int json = Array.LastIndexOf(whole, (byte)'\n');
        foreach (int length in Enumerable.Range(0, whole.Length).Where(l => l != json && l != json + 1))
        {
            File.WriteAllBytes(PathOf(record), whole[..length]);
            Assert.Null(Store.Records.Find(record.Key.Digest));
        }
    }

    [Fact]
    public void A_record_with_any_bit_flipped_is_a_miss()
    {
        CacheRecord record = Put("a");
        byte[] whole = File.ReadAllBytes(PathOf(record));
        for (int bit = 0; bit < whole.Length * 8; bit++)
        {
            byte[] flipped = [.. whole];
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            File.WriteAllBytes(PathOf(record), flipped);
            Assert.Null(Store.Records.Find(record.Key.Digest));
        }
    }

    [Fact]
    public void A_record_that_is_absurdly_large_is_a_miss()
    {
        CacheRecord record = Put("a");
        using (FileStream file = File.OpenWrite(PathOf(record))) file.SetLength(1L << 40);
        Assert.Null(Store.Records.Find(record.Key.Digest));
    }

    private CacheRecord Put(string value)
    {
        using SnapshotDraft draft = Store.Snapshots.CreateDraft(null);
        CacheKeyWriter key = new("run", 1);
        key.Add("argv", [value]);
        key.Add("env", ["A=1"]);
        CacheRecord record = new(key.Finish(), draft.Commit().Id, "RUN " + value, _test.Time.GetUtcNow());
        Store.Records.Put(record);
        return record;
    }

    private string PathOf(CacheRecord record) => _test.PathOf("records", record.Key.Digest.Hex);
}
