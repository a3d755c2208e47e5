using Builder.Cache.Contexts;
using Builder.Linux.Files;
using Builder.Oci;

namespace Builder.Cache.Tests.Contexts;

/// <summary>What is known of a file's content holds exactly as long as nobody can have changed it.</summary>
public sealed class StatIndexTests : IDisposable
{
    private const string Context = "/some/context";
    private static readonly Digest Content = Digest.Sha256("content"u8);

    private readonly TestStore _test = new();
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("builder-index-");

    [Fact]
    public void A_file_that_nobody_touched_is_found_by_a_later_process()
    {
        Write("f", "1");
        Remember("f", _test.Store);

        using BuilderStore later = _test.OpenAnother();
        StatIndex index = later.StatIndexes.Open(Context);
        Assert.Equal(Content, index.Find("f", StatusOf("f"))?.Digest);
        Assert.True(index.Find("f", StatusOf("f"))?.IsPlain);
        Assert.Null(index.Find("other", StatusOf("f")));
        Assert.Null(later.StatIndexes.Open("/another/context").Find("f", StatusOf("f")));
    }

    [Fact]
    public void Other_content_of_the_same_size_and_mtime_is_noticed()
    {
        Write("f", "1");
        DateTime time = File.GetLastWriteTimeUtc(At("f"));
        StatIndex index = Remember("f", _test.Store);

        Write("f", "2");
        File.SetLastWriteTimeUtc(At("f"), time);
        Assert.Equal(time, File.GetLastWriteTimeUtc(At("f")));
        Assert.Null(index.Find("f", StatusOf("f")));
    }

    [Fact]
    public void Another_file_moved_into_its_place_is_noticed()
    {
        Write("f", "1");
        DateTime time = File.GetLastWriteTimeUtc(At("f"));
        Write("new", "2");
        File.SetLastWriteTimeUtc(At("new"), time);
        StatIndex index = Remember("f", _test.Store);

        File.Move(At("new"), At("f"), overwrite: true);
        Assert.Null(index.Find("f", StatusOf("f")));
    }

    [Fact]
    public void Changed_metadata_makes_a_file_unknown()
    {
        Write("f", "1");
        StatIndex index = Remember("f", _test.Store);

        File.SetUnixFileMode(At("f"), UnixFileMode.UserRead);
        Assert.Null(index.Find("f", StatusOf("f")));
    }

    [Fact]
    public void A_file_that_changed_just_before_it_was_read_is_not_remembered_whatever_its_mtime_says()
    {
        Write("f", "1");
        File.SetLastWriteTimeUtc(At("f"), DateTime.UtcNow.AddYears(-1));
        StatIndex index = _test.Store.StatIndexes.Open(Context);

        index.Add("f", Known(StatusOf("f")), ChangedAt("f").AddSeconds(1));
        Assert.Null(index.Find("f", StatusOf("f")));
        Assert.False(index.IsChanged);

        index.Add("f", Known(StatusOf("f")), ChangedAt("f").AddSeconds(4));
        Assert.Equal(Content, index.Find("f", StatusOf("f"))?.Digest);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(20)]
    [InlineData(-1)]
    public void A_damaged_index_is_an_empty_one(int at)
    {
        Write("f", "1");
        Remember("f", _test.Store);
        string file = Assert.Single(Directory.GetFiles(_test.PathOf("contexts")));
        byte[] bytes = File.ReadAllBytes(file);
        bytes[at < 0 ? bytes.Length + at : at] ^= 1;
        File.WriteAllBytes(file, bytes);

        Assert.Null(_test.Store.StatIndexes.Open(Context).Find("f", StatusOf("f")));
        File.WriteAllBytes(file, bytes[..10]);
        Assert.Null(_test.Store.StatIndexes.Open(Context).Find("f", StatusOf("f")));
    }

    [Fact]
    public void When_there_are_too_many_those_of_use_are_kept()
    {
        Write("f", "1");
        FileStatus status = StatusOf("f");
        const int MostFiles = 1000;
        string file = _test.Store.StatIndexes.Open(Context).File;
        StatIndex index = new(_test.Time, file) { MostFiles = MostFiles };
        for (int i = 0; i < MostFiles; i++) index.Add($"old/{i}", Known(status), ChangedAt("f").AddSeconds(4));
        _test.Store.StatIndexes.Save(index);

        StatIndex next = new(_test.Time, file) { MostFiles = MostFiles };
        using (FileStream content = File.OpenRead(file)) Assert.True(next.Load(content));
        next.Add("new", Known(status), ChangedAt("f").AddSeconds(4));
        Assert.Equal(Content, next.Find("old/7", status)?.Digest);
        _test.Store.StatIndexes.Save(next);

        StatIndex last = _test.Store.StatIndexes.Open(Context);
        Assert.Equal(Content, last.Find("new", status)?.Digest);
        Assert.Equal(Content, last.Find("old/7", status)?.Digest);
        Assert.Null(last.Find("old/8", status));
    }

    [Fact]
    public void Indexes_of_the_contexts_used_last_are_kept()
    {
        Write("f", "1");
        for (int i = 0; i < 70; i++) Remember("f", _test.Store, $"/context/{i}");

        Assert.Equal(64, Directory.GetFiles(_test.PathOf("contexts")).Length);
        Assert.Equal(Content, _test.Store.StatIndexes.Open("/context/69").Find("f", StatusOf("f"))?.Digest);
    }

    public void Dispose()
    {
        _test.Dispose();
        _directory.Delete(recursive: true);
    }

    // As if it had been read a while after it changed.
    private StatIndex Remember(string name, BuilderStore store, string context = Context)
    {
        StatIndex index = store.StatIndexes.Open(context);
        index.Add(name, Known(StatusOf(name)), ChangedAt(name).AddSeconds(4));
        store.StatIndexes.Save(index);
        return index;
    }

    private static KnownFile Known(in FileStatus status) => new(status, Convert.FromHexString(Content.Hex), isPlain: true);

    private DateTimeOffset ChangedAt(string name) => DateTimeOffset.FromUnixTimeSeconds(StatusOf(name).Changed.Seconds);

    private FileStatus StatusOf(string name)
    {
        using DirectoryHandle directory = DirectoryHandle.Open(_directory.FullName);
        Assert.True(directory.TryStat(UnixPath.Encode(name), out FileStatus status));
        return status;
    }

    private void Write(string name, string content) => File.WriteAllText(At(name), content);

    private string At(string name) => Path.Combine(_directory.FullName, name);
}
