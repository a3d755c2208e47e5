using System.Security.Cryptography;
using System.Text;
using Builder.Cache.Blobs;
using Builder.Oci;

namespace Builder.Cache.Tests.Blobs;

public sealed class BlobStoreTests : IDisposable
{
    private static readonly byte[] Hello = "hello"u8.ToArray();
    private readonly TestStore _test = new();

    private BlobStore Blobs => _test.Store.Blobs;

    public void Dispose() => _test.Dispose();

    [Fact]
    public void A_blob_comes_back_as_it_was_written()
    {
        using BlobWriter writer = Blobs.Create();
        writer.Write("hel"u8);
        writer.Write(Hello, 3, 2);
        Digest digest = writer.Commit();

        Assert.Equal(Digest.Sha256(Hello), digest);
        Assert.True(Blobs.Contains(digest));
        Assert.Equal(5, Blobs.SizeOf(digest));
        using StreamReader reader = new(Blobs.OpenRead(digest));
        Assert.Equal("hello", reader.ReadToEnd());
        Assert.Equal([digest], Blobs.List());
    }

    [Fact]
    public void A_blob_is_invisible_until_it_is_committed()
    {
        using BlobWriter writer = Blobs.Create();
        writer.Write(Hello);
        Assert.Empty(Blobs.List());
        Assert.False(Blobs.Contains(Digest.Sha256(Hello)));
        Assert.Equal(5, writer.Length);
        Assert.Equal(5, writer.Position);
    }

    [Fact]
    public void A_writer_disposed_without_commit_leaves_nothing()
    {
        using (BlobWriter writer = Blobs.Create()) writer.Write(Hello);
        Assert.Empty(Blobs.List());
        Assert.Empty(Directory.GetFiles(_test.PathOf("tmp")));
    }

    [Fact]
    public void Storing_the_same_content_again_drops_the_second_copy()
    {
        Digest first = Blobs.Put(Hello);
        using BlobWriter writer = Blobs.Create();
        writer.Write(Hello);
        Assert.Equal(first, writer.Commit());
        Assert.Equal(first, Blobs.Put(Hello));
        Assert.Single(Blobs.List());
        Assert.Empty(Directory.GetFiles(_test.PathOf("tmp")));
    }

    [Fact]
    public void Commit_refuses_content_of_another_digest()
    {
        using BlobWriter writer = Blobs.Create();
        writer.Write(Hello);
        StoreException error = Assert.Throws<StoreException>(() => writer.Commit(Digest.Sha256("other"u8)));
        Assert.Contains(Digest.Sha256(Hello).ToString(), error.Message, StringComparison.Ordinal);
        Assert.Empty(Blobs.List());
        Assert.Empty(Directory.GetFiles(_test.PathOf("tmp")));
    }

    [Fact]
    public void A_committed_writer_takes_no_more()
    {
        using BlobWriter writer = Blobs.Create();
        writer.Write(Hello);
        writer.Commit();
        Assert.False(writer.CanWrite);
        Assert.Throws<ObjectDisposedException>(() => writer.Write(Hello));
        Assert.Throws<ObjectDisposedException>(() => writer.Commit());
    }

    [Fact]
    public void A_writer_is_for_writing_only()
    {
        using BlobWriter writer = Blobs.Create();
        Assert.False(writer.CanRead);
        Assert.False(writer.CanSeek);
        Assert.Throws<NotSupportedException>(() => writer.Read(new byte[1], 0, 1));
        Assert.Throws<NotSupportedException>(() => writer.Seek(0, SeekOrigin.Begin));
        Assert.Throws<NotSupportedException>(() => writer.SetLength(1));
        Assert.Throws<NotSupportedException>(() => writer.Position = 1);
    }

    [Fact]
    public async Task A_stream_larger_than_the_buffer_is_imported()
    {
        byte[] content = RandomNumberGenerator.GetBytes(1 << 20);
        Digest digest = await Blobs.ImportAsync(new MemoryStream(content), Digest.Sha256(content), content.Length, CancellationToken.None);
        Assert.Equal(Digest.Sha256(content), digest);
        Assert.Equal(content.Length, Blobs.SizeOf(digest));
    }

    [Theory]
    [InlineData(4, "larger than the 4 bytes")]
    [InlineData(6, "has 5 bytes instead of 6")]
    public async Task An_import_of_the_wrong_size_keeps_nothing(long size, string message)
    {
        StoreException error = await Assert.ThrowsAsync<StoreException>(
            () => Blobs.ImportAsync(new MemoryStream(Hello), Digest.Sha256(Hello), size, CancellationToken.None));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Empty(Blobs.List());
        Assert.Empty(Directory.GetFiles(_test.PathOf("tmp")));
    }

    [Fact]
    public async Task An_import_of_the_wrong_digest_keeps_nothing()
    {
        await Assert.ThrowsAsync<StoreException>(
            () => Blobs.ImportAsync(new MemoryStream(Hello), Digest.Sha256("x"u8), 5, CancellationToken.None));
        Assert.Empty(Blobs.List());
    }

    [Fact]
    public async Task A_cancelled_import_keeps_nothing()
    {
        using CancellationTokenSource cancelled = new();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Blobs.ImportAsync(new MemoryStream(Hello), null, null, cancelled.Token));
        Assert.Empty(Blobs.List());
        Assert.Empty(Directory.GetFiles(_test.PathOf("tmp")));
    }

    [Fact]
    public async Task A_digest_of_another_algorithm_is_refused_before_anything_is_read()
    {
        Digest other = Digest.Parse("sha512:" + new string('a', 128));
        StoreException error = await Assert.ThrowsAsync<StoreException>(
            () => Blobs.ImportAsync(new MemoryStream(Hello), other, null, CancellationToken.None));
        Assert.Contains("sha256", error.Message, StringComparison.Ordinal);
        Assert.False(Blobs.Contains(other));
    }

    [Fact]
    public void A_missing_blob_is_named()
    {
        Digest digest = Digest.Sha256(Hello);
        Assert.Contains(digest.ToString(), Assert.Throws<StoreException>(() => Blobs.OpenRead(digest)).Message, StringComparison.Ordinal);
        Assert.Contains(digest.ToString(), Assert.Throws<StoreException>(() => Blobs.SizeOf(digest)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_deleted_blob_is_gone_and_deleting_it_again_is_nothing()
    {
        Digest digest = Blobs.Put(Hello);
        Blobs.Delete(digest);
        Assert.False(Blobs.Contains(digest));
        Blobs.Delete(digest);
    }

    [Fact]
    public void A_blob_still_opens_after_somebody_deleted_it_meanwhile()
    {
        Digest digest = Blobs.Put(Hello);
        using StreamReader reader = new(Blobs.OpenRead(digest), Encoding.UTF8);
        Blobs.Delete(digest);
        Assert.Equal("hello", reader.ReadToEnd());
    }

    [NamespaceFact]
    public void A_full_disk_is_said_with_the_path_and_leaves_nothing_half_there()
    {
        Directory.CreateDirectory(_test.PathOf());
        using var process = TestStore.StartInNamespace("mount -t tmpfs -o size=2m none \"$1\"", _test.PathOf(), "fill", _test.PathOf("store"));
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Contains($"no space left on device: '{_test.PathOf("store", "tmp")}", output, StringComparison.Ordinal);
        Assert.Contains("left over: 0", output, StringComparison.Ordinal);
        Assert.Equal(1, process.ExitCode);
    }
}
