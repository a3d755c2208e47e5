using Builder.Linux.Files;

namespace Builder.Linux.Tests.Files;

public sealed class FileLockTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void An_exclusive_lock_keeps_others_out_until_it_is_released()
    {
        string path = _directory["lock"];
        using (FileLock? first = FileLock.TryAcquire(path, FileLockKind.Exclusive))
        {
            Assert.NotNull(first);
            Assert.Null(FileLock.TryAcquire(path, FileLockKind.Exclusive));
            Assert.Null(FileLock.TryAcquire(path, FileLockKind.Shared));
        }

        using FileLock? second = FileLock.TryAcquire(path, FileLockKind.Exclusive);
        Assert.NotNull(second);
    }

    [Fact]
    public void Shared_locks_go_together_and_exclude_an_exclusive_one()
    {
        using FileLock first = FileLock.Acquire(_directory["lock"], FileLockKind.Shared);
        using FileLock second = FileLock.Acquire(_directory["lock"], FileLockKind.Shared);
        Assert.Null(FileLock.TryAcquire(_directory["lock"], FileLockKind.Exclusive));
    }

    [Fact]
    public async Task Waiting_ends_when_the_holder_lets_go()
    {
        FileLock first = FileLock.Acquire(_directory["lock"], FileLockKind.Exclusive);
        Task<FileLock> waiting = FileLock.AcquireAsync(_directory["lock"], FileLockKind.Exclusive, CancellationToken.None);
        Assert.False(waiting.IsCompleted);
        first.Dispose();
        using FileLock second = await waiting.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Null(FileLock.TryAcquire(_directory["lock"], FileLockKind.Shared));
    }

    [Fact]
    public async Task A_cancelled_wait_leaves_no_lock_behind()
    {
        FileLock first = FileLock.Acquire(_directory["lock"], FileLockKind.Exclusive);
        using CancellationTokenSource cancellation = new();
        Task<FileLock> waiting = FileLock.AcquireAsync(_directory["lock"], FileLockKind.Exclusive, cancellation.Token);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        first.Dispose();
        using FileLock again = await FileLock.AcquireAsync(_directory["lock"], FileLockKind.Exclusive, CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(20));
        Assert.NotNull(again);
    }

    [Fact]
    public async Task A_lock_file_removed_by_its_holder_is_made_anew()
    {
        string path = _directory["lock"];
        FileLock first = FileLock.Acquire(path, FileLockKind.Exclusive);
        Task<FileLock> waiting = Task.Run(() => FileLock.Acquire(path, FileLockKind.Exclusive));
        File.Delete(path);
        first.Dispose();
        using FileLock second = await waiting.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.True(File.Exists(path));
        Assert.Null(FileLock.TryAcquire(path, FileLockKind.Exclusive));
    }

    [Fact]
    public void Another_process_respects_the_lock()
    {
        using FileLock held = FileLock.Acquire(_directory["lock"], FileLockKind.Exclusive);
        Assert.Equal("busy", Shell.Output("sh", "-c", $"flock -n {_directory["lock"]} true && echo free || echo busy"));
    }

    [Fact]
    public void A_lock_in_no_directory_names_the_path() =>
        Assert.Equal("/no/lock", Assert.Throws<SyscallException>(() => FileLock.TryAcquire("/no/lock", FileLockKind.Shared)).Subject);
}
