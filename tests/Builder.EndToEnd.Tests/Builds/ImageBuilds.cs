using System.Collections.Concurrent;
using Builder.EndToEnd.Tests.Harness;

namespace Builder.EndToEnd.Tests.Builds;

/// <summary>The builds that are looked at from many sides: each is built once, with the first test that asks.</summary>
public sealed class ImageBuilds : IAsyncLifetime
{
    private readonly ConcurrentDictionary<string, Lazy<Task<ImageArchives>>> _builds = new(StringComparer.Ordinal);
    private Workspace? _workspace;

    private Workspace Workspace => _workspace ??= new Workspace();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (_workspace is not null)
            await _workspace.DisposeAsync();
    }

    /// <summary>The archives of a case, <c>name</c> or <c>name:target</c>.</summary>
    internal Task<ImageArchives> GetAsync(string caseAndTarget) =>
        _builds.GetOrAdd(caseAndTarget, key => new Lazy<Task<ImageArchives>>(() => BuildAsync(key))).Value;

    /// <summary>Where the context of a case is, once it was built.</summary>
    internal static string ContextOf(ImageArchives archives, string name) => archives.Workspace.PathTo("context-" + name);

    /// <summary>A context directory of a case, completed by what is not in the repository.</summary>
    internal static async Task<string> PrepareContextAsync(Workspace workspace, string name)
    {
        string context = workspace.PathTo("context-" + name);
        (await new Command("cp", "-a", Repository.Case(name), context).RunAsync()).Succeeded();
        if (name == "file-features")
        {
            // Not every way of passing a repository on keeps links.
            File.CreateSymbolicLink(Path.Combine(context, "files/dangling"), "/nowhere/at/all");
            File.CreateSymbolicLink(Path.Combine(context, "files/link-to-plain"), "plain.txt");
        }

        if (name == "scratch-static")
        {
            // The program: busybox, which acts by the name it is called with. Taken out of the base image's tar.
            string unpacked = workspace.PathTo("busybox-tree");
            Directory.CreateDirectory(unpacked);
            (await new Command("tar", "-xf", await BaseImages.BusyboxAsync(), "-C", unpacked, "./bin/busybox").RunAsync()).Succeeded();
            File.Move(Path.Combine(unpacked, "bin/busybox"), Path.Combine(context, "echo"));
        }

        return context;
    }

    private async Task<ImageArchives> BuildAsync(string caseAndTarget)
    {
        string[] parts = caseAndTarget.Split(':');
        string tag = $"e2e/{string.Join('-', parts)}:test";
        if (parts[0] != "scratch-static")
        {
            await Workspace.ImportBusyboxAsync();
            await Workspace.ImportDebianAsync();
        }

        string context = Directory.Exists(Workspace.PathTo("context-" + parts[0]))
            ? Workspace.PathTo("context-" + parts[0])
            : await PrepareContextAsync(Workspace, parts[0]);
        string[] target = parts.Length > 1 ? ["--target", parts[1]] : [];
        CommandResult first = (await Workspace.RunAsync(["build", "--progress", "plain", "-t", tag, .. target, context])).Succeeded();
        string file = Workspace.PathTo(string.Join('-', parts));
        ImageArchives archives = new(Workspace, tag, first, file + ".docker.tar", file + ".oci.tar", file + ".tree.tar");
        foreach (string output in new[] { $"type=docker,dest={archives.Docker}", $"type=oci,dest={archives.Oci}", $"type=tar,dest={archives.Tree}" })
        {
            CommandResult again = await Workspace.RunAsync(["build", "--progress", "plain", "-t", tag, .. target, "--output", output, context]);
            Assert.Contains("nothing was executed", again.Succeeded().Error, StringComparison.Ordinal);
        }

        return archives;
    }
}

/// <summary>What a build was written to.</summary>
/// <param name="Workspace">Where it was built.</param>
/// <param name="Tag">The image's name.</param>
/// <param name="FirstBuild">What the build that executed the steps said.</param>
/// <param name="Docker">Path of the archive for docker load.</param>
/// <param name="Oci">Path of the OCI layout's archive.</param>
/// <param name="Tree">Path of the file tree's archive.</param>
internal sealed record ImageArchives(Workspace Workspace, string Tag, CommandResult FirstBuild, string Docker, string Oci, string Tree);
