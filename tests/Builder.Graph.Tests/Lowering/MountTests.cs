using Builder.Graph.Operations;

namespace Builder.Graph.Tests.Lowering;

public class MountTests
{
    private static Lowered Run(string mount, string before = "") => Lowered.From($"FROM scratch AS src\nCOPY a /a\nFROM scratch\n{before}RUN --mount={mount} x");

    [Fact]
    public void A_bind_without_type_mounts_the_context_read_only()
    {
        var lowered = Run("target=/src");
        Assert.Equal(new BindExecMount("/src", 1, "", true), Assert.Single(lowered.Runs[0].Mounts));
        Assert.Equal(new ContextOperation("context"), lowered.Graph[lowered.Graph[lowered.Graph.Target].Inputs[1]].Operation);
    }

    [Theory]
    [InlineData("type=bind,source=/a/../b,dst=c", "/w/c", "b", true)]
    [InlineData("TYPE=Bind,SRC=b,destination=/c,rw", "/c", "b", false)]
    [InlineData("src=$S/x,target=${T},readonly=false", "/t", "s/x", false)]
    [InlineData("target=/t,readwrite=0", "/t", "", true)]
    [InlineData("source=s", "/w", "s", true)]
    public void Keys_have_aliases_any_case_and_variables(string mount, string target, string source, bool readOnly)
    {
        ExecOperation run = Run(mount, "ENV S=s T=/t\nWORKDIR /w\n").Runs[0];
        Assert.Equal(new BindExecMount(target, 1, source, readOnly), Assert.Single(run.Mounts));
    }

    [Fact]
    public void A_bind_can_mount_a_stage_or_an_image_and_equal_sources_share_an_input()
    {
        var lowered = Lowered.From(
            "FROM scratch AS src\nCOPY a /a\nFROM scratch\nRUN --mount=from=SRC,target=/1 --mount=from=alpine,target=/2 --mount=from=src,target=/3,source=a x");
        Assert.Equal(
            [new BindExecMount("/1", 1, "", true), new BindExecMount("/2", 2, "", true), new BindExecMount("/3", 1, "a", true)], lowered.Runs[0].Mounts);
        Assert.Equal("[src 1/1] COPY a /a", lowered.Graph[lowered.Graph[lowered.Graph.Target].Inputs[1]].Origin.Label);
    }

    [Fact]
    public void A_number_in_from_is_an_image() => Assert.Equal("0:latest", Run("from=0,target=/x").Asked[0].Reference.FamiliarName);

    [Fact]
    public void A_cache_defaults_to_its_target_as_id()
    {
        CacheExecMount expected = new("/w/c/d", "c/d", CacheSharing.Shared, null, "", null, null, null, false);
        Assert.Equal(expected, Assert.Single(Run("type=cache,target=./c//d/", "WORKDIR /w\n").Runs[0].Mounts));
    }

    [Fact]
    public void A_cache_takes_everything_that_is_said()
    {
        CacheExecMount expected = new("/c", "me", CacheSharing.Locked, 1, "a/b", 0b111_000_000, 5, 6, true);
        var lowered = Run("type=cache,id=me,target=/c,from=src,source=/a/b,mode=0700,uid=5,gid=6,ro,sharing=LOCKED");
        Assert.Equal(expected, Assert.Single(lowered.Runs[0].Mounts));
    }

    [Fact]
    public void Cache_ids_have_the_namespace_of_the_build_argument()
    {
        var lowered = Lowered.From("FROM scratch\nRUN --mount=type=cache,target=/c x", Lowered.Arguments(("BUILDKIT_CACHE_MOUNT_NS", "ns")));
        Assert.Equal("ns//c", ((CacheExecMount)lowered.Runs[0].Mounts[0]).CacheId);
    }

    [Theory]
    [InlineData("type=tmpfs,target=/t", null, false)]
    [InlineData("type=tmpfs,target=/t,size=0,rw", null, false)]
    [InlineData("type=tmpfs,target=/t,size=1.5k,ro", 1536L, true)]
    [InlineData("type=tmpfs,target=/t,size=64MiB", 64L << 20, false)]
    public void A_tmpfs_is_writable_and_may_have_a_size(string mount, long? size, bool readOnly) => Assert.Equal(new TmpfsExecMount("/t", size, readOnly), Assert.Single(Run(mount).Runs[0].Mounts));

    [Theory]
    [InlineData("type=secret,id=a/b", "/run/secrets/b", "a/b", null, false)]
    [InlineData("type=secret,source=a", "/run/secrets/a", "a", null, false)]
    [InlineData("type=secret,target=/s/key,required", "/s/key", "key", null, true)]
    [InlineData("type=secret,id=a,target=key,required=true", "/w/key", "a", null, true)]
    [InlineData("type=secret,id=a,env=TOKEN", "", "a", "TOKEN", false)]
    [InlineData("type=secret,id=a,env=", "", "a", "a", false)]
    [InlineData("type=secret,id=a,env=T,target=/k", "/k", "a", "T", false)]
    public void A_secret_is_a_file_a_variable_or_both(string mount, string target, string id, string? variable, bool required) =>
        Assert.Equal(new SecretExecMount(target, id, variable, required, 0b100_000_000, 0, 0), Assert.Single(Run(mount, "WORKDIR /w\n").Runs[0].Mounts));

    [Fact]
    public void Agents_are_numbered()
    {
        ExecOperation run = Lowered.From("FROM scratch\nRUN --mount=type=ssh --mount=type=ssh,id=k,required,mode=0660,uid=1,gid=2 --mount=type=ssh,target=/a x").Runs[0];
        Assert.Equal(
            [
                new SshExecMount("/run/buildkit/ssh_agent.0", "default", false, 0b110_000_000, 0, 0),
                new SshExecMount("/run/buildkit/ssh_agent.1", "k", true, 0b110_110_000, 1, 2),
                new SshExecMount("/a", "default", false, 0b110_000_000, 0, 0),
            ],
            run.Mounts);
    }

    [Fact]
    public void A_field_in_quotes_may_hold_commas() =>
        Assert.Equal(new BindExecMount("/a,b", 1, "s", true), Assert.Single(Run("'\"target=/a,\"\"b\"\"\",src=s'").Runs[0].Mounts));

    [Theory]
    [InlineData("type=bnid,target=/x", "BLD2304", "bnid", "did you mean 'bind'?")]
    [InlineData("type=volume,target=/x", "BLD2304", "volume", "the types are bind, cache, tmpfs, secret and ssh")]
    [InlineData("type=cache,targte=/x", "BLD2302", "targte", "did you mean 'target'?")]
    [InlineData("type=cache,target", "BLD2303", "target", "write target=VALUE")]
    [InlineData("type=cache,nope", "BLD2302", "nope", null)]
    [InlineData("type=bind,,target=/x", "BLD2302", "", "remove the comma")]
    [InlineData("type=cache,target=/x,sharing=lock", "BLD2304", "lock", "did you mean 'locked'?")]
    [InlineData("type=cache,target=/x,mode=9", "BLD2304", "9", "write permission bits in octal, such as 0755")]
    [InlineData("type=cache,target=/x,uid=root", "BLD2304", "root", "write a number; names aren't looked up here")]
    [InlineData("type=tmpfs,target=/x,size=big", "BLD2304", "big", "write a number with an optional unit, such as 64m")]
    [InlineData("size=1,type=tmpfs,target=/x", "BLD2305", "size=1", "write type=tmpfs before size")]
    [InlineData("required,type=secret,id=x", "BLD2305", "required", "write type=secret or type=ssh before required")]
    [InlineData("target=/x,ro=maybe", "BLD2304", "maybe", null)]
    [InlineData("target=/x,mode=0700", "BLD2305", "mode=0700", "remove it")]
    [InlineData("type=secret,id=x,from=src", "BLD2305", "from=src", "remove it")]
    [InlineData("type=ssh,src=x", "BLD2305", "src=x", "remove it")]
    [InlineData("target=/x,env=A", "BLD2305", "env=A", "remove it")]
    [InlineData("target=/x,sharing=locked", "BLD2305", "sharing=locked", "remove it")]
    [InlineData("type=bind,dst=/a/..", "BLD2306", "dst=/a/..", "name a directory below it")]
    [InlineData("type=cache", "BLD2306", "type=cache", "write target=/path")]
    [InlineData("type=secret", "BLD2307", "type=secret", "write id=NAME")]
    [InlineData("type=secret,id=a,source=b", "BLD2307", "source=b", "remove one of them")]
    [InlineData("from=$S,target=/x", "BLD2011", "$S", null)]
    [InlineData("from=later,target=/x", "BLD2013", "later!", null)]
    public void Errors_point_at_the_part_that_is_wrong(string mount, string code, string culprit, string? hint)
    {
        if (culprit == "later!") mount = mount.Replace("later", "later!", StringComparison.Ordinal);
        (string found, string text, string? given) = Run(mount).SingleError();
        Assert.Equal((code, culprit), (found, text));
        if (hint is not null) Assert.Equal(hint, given);
    }

    [Fact]
    public void An_open_quote_is_an_error() => Assert.Equal("BLD2301", Run("'\"target=/x'").SingleError().Code);

    [Fact]
    public void Every_wrong_mount_and_flag_of_one_run_is_reported() =>
        Assert.Equal(
            ["BLD2304", "BLD2302", "BLD2306", "BLD2208"],
            Lowered.From("FROM scratch\nRUN --mount=type=x,y=1 --mount=type=cache --network=z a").Errors.Select(d => d.Code));
}
