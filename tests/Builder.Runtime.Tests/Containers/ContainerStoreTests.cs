using Builder.Runtime.Containers;

namespace Builder.Runtime.Tests.Containers;

public sealed class ContainerStoreTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("builder-runtime-test-").FullName;
    private readonly ContainerStore _store;

    public ContainerStoreTests() => _store = new ContainerStore(_root, static path => Directory.Delete(path, recursive: true));

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void A_container_is_found_by_name_id_and_unique_prefix()
    {
        using ContainerLease lease = Create("box");
        ContainerRecord record = lease.Record;
        Assert.Equal(64, record.Id.Length);
        foreach (string key in new[] { "box", record.Id, record.Id[..6] }) Assert.Equal(record.Id, _store.Find(key)?.Id);
        Assert.Null(_store.Find("bo"));
        Assert.Null(_store.Find(""));
        foreach (int _ in Enumerable.Range(0, 17)) Create(null).Dispose();
        Assert.Throws<ContainerException>(() => Enumerable.Range(0, 16).Select(d => _store.Find(d.ToString("x"))).ToList());
    }

    [Fact]
    public void A_name_is_taken_until_its_container_is_removed()
    {
        ContainerLease lease = Create("box");
        ContainerException taken = Assert.Throws<ContainerException>(() => Create("box"));
        Assert.Equal(
            $"the container name \"box\" is already in use by container \"{lease.Record.Id}\": remove that container or choose another name", taken.Message);
        Assert.Single(_store.List());
        lease.Finish(3, DateTimeOffset.UnixEpoch);
        lease.Dispose();
        Assert.Equal(3, _store.Find("box")?.ExitCode);
        _store.Remove(_store.Find("box")!);
        Assert.Null(_store.Find("box"));
        Create("box").Dispose();
    }

    [Theory]
    [InlineData("a")]
    [InlineData("-ab")]
    [InlineData("a/b")]
    [InlineData("../x")]
    [InlineData("a b")]
    [InlineData("ab\n")]
    public void A_name_that_is_no_name_is_refused(string name)
    {
        Assert.Throws<ContainerException>(() => Create(name));
        Assert.Empty(_store.List());
    }

    [Fact]
    public void A_running_container_is_known_as_such_and_not_removed()
    {
        ContainerLease lease = Create("box");
        Assert.True(_store.IsRunning(lease.Record.Id));
        Assert.Throws<ContainerException>(() => _store.Remove(lease.Record));
        lease.Dispose();
        Assert.False(_store.IsRunning(lease.Record.Id));
        Assert.False(_store.IsRunning(new string('0', 64)));
    }

    [Fact]
    public void Containers_to_be_removed_go_at_their_end_and_those_of_dead_processes_are_collected()
    {
        using (ContainerLease lease = Create("ends", autoRemove: true)) lease.Finish(0, DateTimeOffset.UnixEpoch);
        Assert.Empty(_store.List());

        // A process that was killed leaves its directory, unlocked.
        Create("dead", autoRemove: true).Dispose();
        Create("kept").Dispose();
        using ContainerLease alive = Create("alive", autoRemove: true);
        Directory.CreateDirectory(Path.Combine(_root, "containers", new string('f', 64)));
        _store.CollectDead();
        Assert.Equal(["alive", "kept"], _store.List().Select(r => r.Name).Order());
        Assert.Equal(3, Directory.GetDirectories(Path.Combine(_root, "containers")).Length);
        Create("dead").Dispose();
    }

    [Fact]
    public void A_name_whose_container_is_gone_can_be_taken()
    {
        File.WriteAllText(Path.Combine(_root, "containers", "names", "left"), new string('e', 64));
        File.WriteAllText(Path.Combine(_root, "containers", "names", "empty"), "");
        Create("left").Dispose();
        Create("empty").Dispose();
    }

    [Fact]
    public void A_damaged_record_counts_as_absent()
    {
        using ContainerLease lease = Create("box");
        File.WriteAllText(Path.Combine(lease.Directory, "container.json"), "{ no json");
        Assert.Empty(_store.List());
    }

    [Fact]
    public void Random_names_are_names()
    {
        for (int i = 0; i < 200; i++) Assert.True(ContainerName.IsValid(ContainerName.Random()));
    }

    private ContainerLease Create(string? name, bool autoRemove = false) => _store.Create(name, (id, taken) => new ContainerRecord
    {
        Id = id,
        Name = taken,
        ImageId = "sha256:0",
        Image = "busybox",
        CreatedAt = DateTimeOffset.UnixEpoch,
        AutoRemove = autoRemove,
    });
}
