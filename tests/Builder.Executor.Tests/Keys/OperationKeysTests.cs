using Builder.Cache.Keys;
using Builder.Executor.Keys;
using Builder.Graph.Operations;
using Builder.Oci;

namespace Builder.Executor.Tests.Keys;

public sealed class OperationKeysTests
{
    private static readonly InputIdentity Parent = InputIdentity.Key(Digest.Sha256("parent"u8));

    private static readonly ExecOperation Run = new() { Arguments = ["/bin/sh", "-c", "make"], Environment = ["A=1"], WorkingDirectory = "/" };

    private static readonly CopyOperation Copy = new() { Sources = ["a"], Destination = "/x" };

    public static TheoryData<string, ExecOperation> RunsThatDiffer => new()
    {
        { "argv", Run with { Arguments = ["/bin/sh", "-c make"] } },
        { "env A", Run with { Environment = ["A=2"] } },
        { "workdir", Run with { WorkingDirectory = "/a" } },
        { "user", Run with { User = "1" } },
        { "network", Run with { Network = NetworkMode.None } },
        { "insecure", Run with { Insecure = true } },
        { "hostname", Run with { Hostname = "box" } },
        { "mounts", Run with { Mounts = [new TmpfsExecMount("/t", null)] } },
    };

    public static TheoryData<string, CopyOperation> CopiesThatDiffer => new()
    {
        { "sources", Copy with { Sources = ["b"] } },
        { "inline names", Copy with { InlineFiles = [new InlineFile("f", "")] } },
        { "destination", Copy with { Destination = "/x/" } },
        { "chown", Copy with { Chown = "" } },
        { "chmod", Copy with { Chmod = "755" } },
        { "unpack", Copy with { UnpackArchives = true } },
        { "from image", Copy with { FromImage = true } },
        { "link", Copy with { Link = true } },
        { "parents", Copy with { Parents = true } },
        { "exclude", Copy with { Exclude = ["a"] } },
    };

    [Theory]
    [MemberData(nameof(RunsThatDiffer))]
    public void What_a_command_sees_changes_its_key_in_the_field_of_that_name(string field, ExecOperation other) =>
        AssertFirstDifference(field, OperationKeys.Of(Run, [Parent]), OperationKeys.Of(other, [Parent]));

    [Theory]
    [MemberData(nameof(CopiesThatDiffer))]
    public void What_a_copy_does_changes_its_key_in_the_field_of_that_name(string field, CopyOperation other) =>
        AssertFirstDifference(field, OperationKeys.Of(Copy, [Parent]), OperationKeys.Of(other, [Parent]));

    [Fact]
    public void Proxies_and_the_name_of_an_image_are_no_part_of_a_key()
    {
        Assert.Equal(OperationKeys.Of(Run, [Parent]), OperationKeys.Of(Run with { ProxyEnvironment = ["http_proxy=x"] }, [Parent]));
        Assert.Equal(
            OperationKeys.Of(new ImageOperation("a", Digest.Sha256("1"u8), [Digest.Sha256("l"u8)]), []),
            OperationKeys.Of(new ImageOperation("b", Digest.Sha256("2"u8), [Digest.Sha256("l"u8)]), []));
    }

    [Fact]
    public void A_key_and_a_content_digest_of_an_input_are_never_taken_for_each_other()
    {
        Digest digest = Digest.Sha256("x"u8);

        Assert.NotEqual(
            OperationKeys.Of(Copy, [Parent, InputIdentity.Key(digest)]).Digest, OperationKeys.Of(Copy, [Parent, InputIdentity.Content(digest)]).Digest);
    }

    [Fact]
    public void Equal_operations_of_different_kinds_have_different_keys()
    {
        CacheKey[] keys =
        [
            OperationKeys.Of(new ScratchOperation(), []), OperationKeys.Of(new ContextOperation("context"), []),
            OperationKeys.Of(new ImageOperation("a", Digest.Sha256("1"u8), []), []), OperationKeys.Of(new MakeDirectoryOperation("/", ""), [Parent]),
            OperationKeys.Of(Run, [Parent]), OperationKeys.Of(Copy, [Parent]),
        ];

        Assert.Equal(keys.Length, keys.Select(k => k.Digest).Distinct().Count());
    }

    [Fact]
    public void Extra_hosts_do_not_count() =>
        Assert.Equal(OperationKeys.Of(Run, [Parent]).Digest, OperationKeys.Of(Run with { ExtraHosts = ["a=1.2.3.4"] }, [Parent]).Digest);

    [Fact]
    public void Every_kind_of_mount_has_a_recipe_and_each_of_its_settings_counts()
    {
        ExecMount[] mounts =
        [
            new BindExecMount("/m", 1, "/", true), new BindExecMount("/m", 1, "/a", true), new BindExecMount("/m", 1, "/", false),
            new CacheExecMount("/m", "id", CacheSharing.Shared, null, "", 0x1ED, 0, 0, false), new CacheExecMount("/m", "other", CacheSharing.Shared, null, "", 0x1ED, 0, 0, false),
            new TmpfsExecMount("/m", null), new TmpfsExecMount("/m", 1), new TmpfsExecMount("/m", null, ReadOnly: true), new SecretExecMount("/m", "id", null, true, 0x100, 0, 0),
            new SecretExecMount("/m", "id", "E", true, 0x100, 0, 0), new SshExecMount("/m", "id", true, 0x180, 0, 0), new ScriptExecMount("/m", "#!a"), new ScriptExecMount("/m", "#!b"),
        ];

        Assert.Equal(mounts.Length, mounts.Select(m => OperationKeys.Of(Run with { Mounts = [m] }, [Parent]).Digest).Distinct().Count());
    }

    private static void AssertFirstDifference(string field, CacheKey left, CacheKey right)
    {
        Assert.NotEqual(left.Digest, right.Digest);
        Assert.Equal(field, left.Fields.Zip(right.Fields).First(p => p.First != p.Second).First.Name);
    }
}
