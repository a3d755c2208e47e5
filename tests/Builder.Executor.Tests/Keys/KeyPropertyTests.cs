using Builder.Executor.Keys;
using Builder.Graph.Operations;
using Builder.Oci;
using Builder.Oci.Collections;
using FsCheck;
using FsCheck.Fluent;

namespace Builder.Executor.Tests.Keys;

/// <summary>Two operations have one key exactly when they mean the same: neither a wrong hit nor a needless miss.</summary>
public sealed class KeyPropertyTests
{
    // Separators, prefixes of each other, what looks like a key's own text, empty and absent.
    private static readonly string[] Words =
    [
        "", "a", "b", "ab", "a b", " ", ",", "=", "=2", ":", "\0", "\n", "\t", "0", "1", "-1", "A=1", "env A", "null", "sha256:", "=a",
        "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    ];

    private static readonly Gen<string> Word = Gen.Elements(Words);

    private static readonly Gen<EquatableArray<string>> List = Gen.Choose(0, 3).SelectMany(n => Word.ArrayOf(n)).Select(w => new EquatableArray<string>([.. w]));

    private static readonly Gen<string?> Optional = Gen.OneOf(Gen.Constant((string?)null), Word.Select(w => (string?)w));

    private static readonly Gen<bool> Truth = Gen.Elements(false, true);

    private static readonly Gen<EquatableArray<string>> Variables =
        from names in Gen.SubListOf("A", "B", "AB", "A 2")
        from values in Word.ArrayOf(names.Count)
        select new EquatableArray<string>([.. names.Zip(values, (n, v) => $"{n}={v}")]);

    private static readonly Gen<ExecMount> Mount = Gen.OneOf(
        from source in Word from index in Gen.Choose(1, 2) from readOnly in Truth select (ExecMount)new BindExecMount("/m", index, source, readOnly),
        from id in Word
        from mode in Gen.Elements(0x1ED, 0x1C0)
        from readOnly in Truth
        select (ExecMount)new CacheExecMount("/m", id, mode == 0x1C0 ? CacheSharing.Locked : CacheSharing.Shared, null, "", mode, 0, 0, readOnly),
        from size in Gen.Elements<long?>(null, 0, 1) select (ExecMount)new TmpfsExecMount("/m", size),
        from id in Word from variable in Optional from required in Truth select (ExecMount)new SecretExecMount("/m", id, variable, required, 0x100, 0, 0),
        from id in Word from required in Truth select (ExecMount)new SshExecMount("/m", id, required, 0x180, 0, 0),
        from content in Word select (ExecMount)new ScriptExecMount("/m", content));

    private static readonly Gen<Operation> Exec =
        from arguments in List
        from variables in Variables
        from proxies in List
        from user in Word
        from directory in Gen.Elements("/", "/a")
        from network in Gen.Elements(NetworkMode.Default, NetworkMode.None, NetworkMode.Host)
        from insecure in Truth
        from hosts in List
        from count in Gen.Choose(0, 2)
        from mounts in Mount.ArrayOf(count)
        select (Operation)new ExecOperation
        {
            Arguments = arguments,
            Environment = variables,
            ProxyEnvironment = proxies,
            User = user,
            WorkingDirectory = directory,
            Network = network,
            Insecure = insecure,
            ExtraHosts = hosts,
            Mounts = [.. mounts],
        };

    private static readonly Gen<FetchedSource> Fetched =
        from index in Gen.Choose(1, 2)
        from path in Word
        from position in Gen.Choose(0, 1)
        from unpack in Truth
        select new FetchedSource(index, path, position, unpack);

    private static readonly Gen<Operation> AnyCopy =
        from sources in List
        from destination in Word
        from chown in Optional
        from chmod in Optional
        from exclude in List
        from flags in Truth.ArrayOf(4)
        from inline in Word.Two().Select(t => new InlineFile(t.Item1, t.Item2)).ArrayOf(1)
        from hasInline in Truth
        from fetchedCount in Gen.Choose(0, 2)
        from fetched in Fetched.ArrayOf(fetchedCount)
        select (Operation)new CopyOperation
        {
            Sources = sources,
            Destination = destination,
            Chown = chown,
            Chmod = chmod,
            Exclude = exclude,
            UnpackArchives = flags[0],
            FromImage = flags[1],
            Link = flags[2],
            Parents = flags[3],
            InlineFiles = hasInline ? [.. inline] : [],
            Fetched = [.. fetched],
        };

    private static readonly Gen<Operation> Git =
        from remote in Word
        from reference in Optional
        from commit in Gen.Elements("1111", "2222")
        from checksum in Optional
        from subdirectory in Word
        from flags in Truth.ArrayOf(3)
        select (Operation)new GitOperation
        {
            Remote = remote,
            Ref = reference,
            Commit = commit,
            Checksum = checksum,
            Subdirectory = subdirectory,
            KeepGitDirectory = flags[0],
            Submodules = flags[1],
            CommitTimes = flags[2],
        };

    private static readonly Gen<Operation> Http =
        from url in Word
        from name in Gen.Elements("", "a", "b")
        from digest in Gen.Elements("a", "b")
        from unpack in Truth
        select (Operation)new HttpOperation(url, name) { Digest = Of(digest), Unpack = unpack };

    private static readonly Gen<Operation> Other = Gen.OneOf(
        Gen.Constant((Operation)new ScratchOperation()),
        Gen.Constant((Operation)new MergeOperation()),
        Gen.Elements("a", "b").Select(d => (Operation)new ArchiveOperation(Of(d))),
        Word.Select(w => (Operation)new ContextOperation(w)),
        from path in Word from user in Word select (Operation)new MakeDirectoryOperation(path, user),
        from name in Word
        from config in Gen.Elements("a", "b")
        from layers in Gen.SubListOf("a", "b", "c")
        select (Operation)new ImageOperation(name, Of(config), [.. layers.Select(Of)]));

    private static readonly Gen<Input> Inputs =
        from operation in Gen.OneOf(Exec, AnyCopy, Git, Http, Other)
        from digests in Gen.Elements("a", "b").ArrayOf(HasInputs(operation) ? 2 : 0)
        from content in Truth
        select new Input(operation, [.. digests.Select((d, i) => new InputIdentity(Of(d), content && i > 0))]);

    [Fact]
    public void Operations_have_one_key_exactly_when_they_mean_the_same() => Check(Inputs.Two());

    [Fact]
    public void One_changed_setting_changes_the_key_exactly_when_it_means_something() => Check(
        from one in Inputs
        from other in Inputs
        from field in Gen.Choose(0, 12)
        select (one, one with { Operation = Mix(one.Operation, other.Operation, field) }));

    // Pairs that a careless encoding takes for one: joined lists, moved separators, shifted variables, names like hashes, nothing and empty.
    public static TheoryData<string, Operation, Operation> Collisions => new()
    {
        { "words joined", Run("a b"), Run("a", "b") },
        { "words moved by one character", Run("ab", "c"), Run("a", "bc") },
        { "a separator in a word", Run("a\0b"), Run("a", "b") },
        { "nothing and an empty word", Run(), Run("") },
        { "one empty word and two", Run(""), Run("", "") },
        { "variables shifted", Run() with { Environment = ["A=B", "C=D"] }, Run() with { Environment = ["A=B\nC=D"] } },
        { "a value that holds the next variable", Run() with { Environment = ["A=1 B=2"] }, Run() with { Environment = ["A=1", "B=2"] } },
        { "the equals sign moved", Run() with { Environment = ["A=B=C"] }, Run() with { Environment = ["A=", "B=C"] } },
        { "an empty variable and none", Run() with { Environment = ["A="] }, Run() },
        { "an empty variable and one without value", Run() with { Environment = ["A="] }, Run() with { Environment = ["A"] } },
        { "variables in another order", Run() with { Environment = ["A=1", "B=2"] }, Run() with { Environment = ["B=2", "A=1"] } },
        { "a name that comes twice", Run() with { Environment = ["A=1", "A=2"] }, Run() with { Environment = ["A=1", "A=2=2"] } },
        { "an argument as variable", Run("A=1"), Run() with { Environment = ["A=1"] } },
        { "user and directory changed places", Run() with { User = "/a", WorkingDirectory = "/b" }, Run() with { User = "/b", WorkingDirectory = "/a" } },
        { "a digest as text", Copy("sha256:" + Of("a").Hex), Copy(Of("a").Hex) },
        { "sources joined", Copy("a b"), Copy("a", "b") },
        { "the last source and the destination", Copy("a", "b"), Copy("a") with { Exclude = ["b"] } },
        { "no owner and an empty one", Copy("a"), Copy("a") with { Chown = "" } },
        { "no mode and an empty one", Copy("a"), Copy("a") with { Chmod = "" } },
        { "owner and mode changed places", Copy("a") with { Chown = "1" }, Copy("a") with { Chmod = "1" } },
        { "name and content of an inline file", Inline("a", "bc"), Inline("ab", "c") },
        { "two mounts and one with both names", Mounting(Secret("a"), Secret("b")), Mounting(Secret("a,b")) },
        { "mounts of two kinds with one id", Mounting(Secret("a")), Mounting(new SshExecMount("/m", "a", true, 0x100, 0, 0)) },
        { "a secret's variable that is empty and none", Mounting(Secret("a")), Mounting(Secret("a") with { EnvironmentName = "" }) },
        { "no size and the size 0", Mounting(new TmpfsExecMount("/m", null)), Mounting(new TmpfsExecMount("/m", 0)) },
        { "a directory and its user", new MakeDirectoryOperation("/a", "b"), new MakeDirectoryOperation("/a/b", "") },
        { "a context that is named like another operation", new ContextOperation("scratch"), new ScratchOperation() },
    };

    [Theory]
    [MemberData(nameof(Collisions))]
    public void Operations_that_look_alike_have_different_keys(string what, Operation one, Operation other) =>
        Assert.True(KeyOf(one) != KeyOf(other), what);

    private static Digest KeyOf(Operation operation) =>
        OperationKeys.Of(operation, HasInputs(operation) ? [InputIdentity.Key(Of("parent"))] : []).Digest;

    private static ExecOperation Run(params string[] arguments) => new() { Arguments = [.. arguments], Environment = [], WorkingDirectory = "/" };

    private static ExecOperation Mounting(params ExecMount[] mounts) => Run() with { Mounts = [.. mounts] };

    private static SecretExecMount Secret(string id) => new("/m", id, null, Required: true, 0x100, 0, 0);

    private static CopyOperation Copy(params string[] sources) => new() { Sources = [.. sources], Destination = "/d" };

    private static CopyOperation Inline(string name, string content) => new() { InlineFiles = [new InlineFile(name, content)], Destination = "/d" };

    private static void Check(Gen<(Input, Input)> pairs) => Prop.ForAll(
        pairs.ToArbitrary(),
        pair => (OperationKeys.Of(pair.Item1.Operation, pair.Item1.Identities).Digest == OperationKeys.Of(pair.Item2.Operation, pair.Item2.Identities).Digest)
            == (Meaning(pair.Item1.Operation).Equals(Meaning(pair.Item2.Operation)) && pair.Item1.Identities == pair.Item2.Identities))
        .Check(Config.QuickThrowOnFailure.WithMaxTest(3000));

    // One field of another operation of the same kind.
    private static Operation Mix(Operation one, Operation other, int field) => (one, other) switch
    {
        (ExecOperation a, ExecOperation b) => field switch
        {
            0 => a with { Arguments = b.Arguments },
            1 => a with { Environment = b.Environment },
            2 => a with { ProxyEnvironment = b.ProxyEnvironment },
            3 => a with { User = b.User },
            4 => a with { WorkingDirectory = b.WorkingDirectory },
            5 => a with { Network = b.Network },
            6 => a with { Insecure = b.Insecure },
            7 => a with { ExtraHosts = b.ExtraHosts },
            8 => a with { Mounts = b.Mounts },
            _ => a,
        },
        (CopyOperation a, CopyOperation b) => field switch
        {
            0 => a with { Sources = b.Sources },
            1 => a with { Destination = b.Destination },
            2 => a with { Chown = b.Chown },
            3 => a with { Chmod = b.Chmod },
            4 => a with { Exclude = b.Exclude },
            5 => a with { UnpackArchives = b.UnpackArchives },
            6 => a with { FromImage = b.FromImage },
            7 => a with { Link = b.Link },
            8 => a with { Parents = b.Parents },
            9 => a with { InlineFiles = b.InlineFiles },
            10 => a with { Fetched = b.Fetched },
            _ => a,
        },
        (GitOperation a, GitOperation b) => field switch
        {
            0 => a with { Remote = b.Remote },
            1 => a with { Ref = b.Ref },
            2 => a with { Commit = b.Commit },
            3 => a with { Checksum = b.Checksum },
            4 => a with { Subdirectory = b.Subdirectory },
            5 => a with { KeepGitDirectory = b.KeepGitDirectory },
            6 => a with { Submodules = b.Submodules },
            7 => a with { CommitTimes = b.CommitTimes },
            _ => a,
        },
        (HttpOperation a, HttpOperation b) => field switch
        {
            0 => a with { Url = b.Url },
            1 => a with { FileName = b.FileName },
            2 => a with { Digest = b.Digest },
            3 => a with { Unpack = b.Unpack },
            _ => a,
        },
        _ => one,
    };

    private static bool HasInputs(Operation operation) => operation is ExecOperation or CopyOperation or MergeOperation or MakeDirectoryOperation;

    // What is left when all that decides nothing is taken away.
    private static Operation Meaning(Operation operation) => operation switch
    {
        ImageOperation image => image with { Reference = "", ConfigDigest = Of("") },
        ExecOperation exec => exec with { ProxyEnvironment = [], ExtraHosts = [], Mounts = [.. exec.Mounts.Select(Meaning)] },
        GitOperation git => git with { Ref = null, Checksum = null },
        HttpOperation { Unpack: true } http => new ArchiveOperation(http.Digest!.Value), // the generator pins it
        HttpOperation http => http with { Url = "" },
        _ => operation,
    };

    private static ExecMount Meaning(ExecMount mount) => mount switch
    {
        CacheExecMount cache => cache with { Sharing = CacheSharing.Shared, Mode = 0, Uid = 0, Gid = 0 },
        SecretExecMount secret => secret with { Required = false },
        SshExecMount ssh => ssh with { Required = false },
        _ => mount,
    };

    private static Digest Of(string text) => Digest.Sha256(System.Text.Encoding.UTF8.GetBytes(text));

    private sealed record Input(Operation Operation, EquatableArray<InputIdentity> Identities);
}
