using System.Globalization;
using Builder.Cache.Keys;
using Builder.Graph.Operations;
using Builder.Oci;
using Builder.Oci.Collections;

namespace Builder.Executor.Keys;

/// <summary>
/// The key recipes, one per kind of operation. Each field is chosen: what isn't named here doesn't count. Definition key and canonical key
/// have the same recipe; they differ in what stands for the inputs.
/// </summary>
internal static class OperationKeys
{
    private const int Version = 2;

    /// <summary>The key of a vertex.</summary>
    /// <param name="operation">What it does.</param>
    /// <param name="inputs">What stands for each input, in order.</param>
    public static CacheKey Of(Operation operation, IReadOnlyList<InputIdentity> inputs) => operation switch
    {
        ScratchOperation => new CacheKeyWriter("scratch", Version).Finish(),
        ImageOperation image => OfImage(image),
        ContextOperation context => OfContext(context),
        GitOperation git => OfGit(git),
        HttpOperation http => OfHttp(http),
        ArchiveOperation archive => OfArchive(archive.Digest),
        ExecOperation exec => OfExec(exec, inputs),
        CopyOperation copy => OfCopy(copy, inputs),
        MergeOperation => OfMerge(inputs),
        MakeDirectoryOperation directory => OfMakeDirectory(directory, inputs),
        _ => throw new NotSupportedException($"no key recipe for {operation.GetType().Name}"),
    };

    // Layers alone: two images that differ in their config only hold the same files.
    private static CacheKey OfImage(ImageOperation image)
    {
        var key = new CacheKeyWriter("image", Version);
        key.Add("layers", image.DiffIds.Select(d => d.ToString()), readable: true);
        return key.Finish();
    }

    // The name only: whoever reads a context puts the digest of what it read into its own key.
    private static CacheKey OfContext(ContextOperation context)
    {
        var key = new CacheKeyWriter("context", Version);
        key.Add("name", context.Name, readable: true);
        return key.Finish();
    }

    // A branch or tag doesn't count, what it led to does.
    private static CacheKey OfGit(GitOperation git)
    {
        var key = new CacheKeyWriter("git", Version);
        key.Add("remote", git.Remote);
        key.Add("commit", git.Commit ?? throw new InvalidOperationException("the commit has not been resolved"), readable: true);
        key.Add("subdirectory", git.Subdirectory, readable: true);
        key.Add("keep git directory", git.KeepGitDirectory);
        key.Add("submodules", git.Submodules);
        key.Add("commit times", git.CommitTimes);
        return key.Finish();
    }

    // Not where it came from: the same file from elsewhere is the same.
    private static CacheKey OfHttp(HttpOperation http)
    {
        Digest digest = http.Digest ?? throw new InvalidOperationException("the content has not been resolved");
        if (http.Unpack) return OfArchive(digest);
        var key = new CacheKeyWriter("http", Version);
        key.Add("content", digest);
        key.Add("name", http.FileName, readable: true);
        return key.Finish();
    }

    private static CacheKey OfArchive(Digest digest)
    {
        var key = new CacheKeyWriter("archive", Version);
        key.Add("content", digest);
        return key.Finish();
    }

    private static CacheKey OfExec(ExecOperation exec, IReadOnlyList<InputIdentity> inputs)
    {
        var key = new CacheKeyWriter("run", Version);
        key.Add("argv", exec.Arguments, readable: true);
        AddEnvironment(key, exec.Environment);
        key.Add("workdir", exec.WorkingDirectory, readable: true);
        key.Add("user", exec.User, readable: true);
        key.Add("network", NameOf(exec.Network), readable: true);
        key.Add("insecure", exec.Insecure);
        key.Add("hostname", exec.Hostname);
        key.Add("mounts", exec.Mounts.Count);
        for (int i = 0; i < exec.Mounts.Count; i++) AddMount(key, $"mount {i + 1}", exec.Mounts[i]);
        AddInputs(key, inputs);
        return key.Finish();
    }

    // One field per variable, so that a miss can name it; the values may be secrets. A name that comes twice is counted.
    private static void AddEnvironment(CacheKeyWriter key, EquatableArray<string> environment)
    {
        key.Add("variables", environment.Count);
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (string variable in environment)
        {
            int equals = variable.IndexOf('=', StringComparison.Ordinal);
            string name = equals < 0 ? variable : variable[..equals];
            int count = seen[name] = seen.GetValueOrDefault(name) + 1;
            key.Add(count == 1 ? $"env {name}" : $"env {name}={count}", equals < 0 ? null : variable[(equals + 1)..]);
        }
    }

    private static void AddMount(CacheKeyWriter key, string name, ExecMount mount)
    {
        IEnumerable<string> fields = mount switch
        {
            BindExecMount bind => ["bind", bind.Target, bind.Source, Text(bind.InputIndex), Text(bind.ReadOnly)],
            CacheExecMount cache => ["cache", cache.Target, cache.CacheId, cache.Source, Text(cache.ReadOnly)],
            TmpfsExecMount tmpfs => ["tmpfs", tmpfs.Target, tmpfs.SizeBytes is { } size ? Text(size) : "", Text(tmpfs.ReadOnly)],
            SecretExecMount secret =>
                ["secret", secret.Target, secret.Id, secret.EnvironmentName is { } variable ? "=" + variable : "", Text(secret.Mode), Text(secret.Uid), Text(secret.Gid)],
            SshExecMount ssh => ["ssh", ssh.Target, ssh.Id, Text(ssh.Mode), Text(ssh.Uid), Text(ssh.Gid)],
            ScriptExecMount script => ["script", script.Target, script.Content],
            _ => throw new NotSupportedException($"no key recipe for {mount.GetType().Name}"),
        };
        key.Add(name, fields, readable: mount is not ScriptExecMount);
    }

    private static CacheKey OfCopy(CopyOperation copy, IReadOnlyList<InputIdentity> inputs)
    {
        var key = new CacheKeyWriter("copy", Version);
        key.Add("sources", copy.Sources, readable: true);
        key.Add("fetched", copy.Fetched.SelectMany(f => (string[])[Text(f.InputIndex), f.Path, Text(f.Position), Text(f.Unpack)]));
        key.Add("inline names", copy.InlineFiles.Select(f => f.Name), readable: true);
        key.Add("inline files", copy.InlineFiles.Select(f => f.Content));
        key.Add("destination", copy.Destination, readable: true);
        key.Add("chown", copy.Chown, readable: true);
        key.Add("chmod", copy.Chmod, readable: true);
        key.Add("unpack", copy.UnpackArchives);
        key.Add("from image", copy.FromImage);
        key.Add("link", copy.Link);
        key.Add("parents", copy.Parents);
        key.Add("exclude", copy.Exclude, readable: true);
        AddInputs(key, inputs);
        return key.Finish();
    }

    private static CacheKey OfMerge(IReadOnlyList<InputIdentity> inputs)
    {
        var key = new CacheKeyWriter("merge", Version);
        AddInputs(key, inputs);
        return key.Finish();
    }

    private static CacheKey OfMakeDirectory(MakeDirectoryOperation directory, IReadOnlyList<InputIdentity> inputs)
    {
        var key = new CacheKeyWriter("mkdir", Version);
        key.Add("path", directory.Path, readable: true);
        key.Add("user", directory.User, readable: true);
        AddInputs(key, inputs);
        return key.Finish();
    }

    private static void AddInputs(CacheKeyWriter key, IReadOnlyList<InputIdentity> inputs)
    {
        for (int i = 0; i < inputs.Count; i++)
        {
            string name = i == 0 ? "parent" : $"input {i}";
            key.Add(inputs[i].IsContent ? name + " content" : name, inputs[i].Digest, inputs[i].Manifest?.ToString());
        }
    }

    // Not ToString(): a renamed member must not change keys in silence.
    private static string NameOf(NetworkMode network) => network switch
    {
        NetworkMode.Default => "default",
        NetworkMode.None => "none",
        NetworkMode.Host => "host",
        _ => throw new NotSupportedException($"unknown network {network}"),
    };

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Text(bool value) => value ? "1" : "0";
}

/// <summary>What stands for an input in a key.</summary>
/// <param name="Digest">A key of the input, or a digest of what is read from it.</param>
/// <param name="IsContent">Which of the two.</param>
/// <param name="Manifest">Of content: where the list of the files is kept; no part of the key.</param>
internal readonly record struct InputIdentity(Digest Digest, bool IsContent, Digest? Manifest = null)
{
    public static InputIdentity Key(Digest digest) => new(digest, IsContent: false);

    public static InputIdentity Content(Digest digest, Digest? manifest = null) => new(digest, IsContent: true, manifest);
}
