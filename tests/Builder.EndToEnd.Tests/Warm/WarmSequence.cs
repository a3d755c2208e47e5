using Builder.EndToEnd.Tests.Differential;
using Builder.EndToEnd.Tests.Harness;
using Builder.EndToEnd.Tests.Trees;

namespace Builder.EndToEnd.Tests.Warm;

/// <summary>Builds a project again and again while it is edited, and each time once more from nothing: both give the same files.</summary>
internal sealed class WarmSequence(int seed, int edits)
{
    private readonly List<string> _done = [];

    /// <summary>Runs it.</summary>
    /// <returns>The first difference, or null.</returns>
    public async Task<string?> RunAsync()
    {
        await using Workspace workspace = await Workspace.CreateAsync(PrepareAsync);
        var chance = new Chance(seed);
        var editor = new ProjectEditor(chance, workspace.Context);
        editor.Create();
        for (int i = 0; i <= edits; i++)
        {
            if (i > 0) _done.Add(editor.Edit());

            // Without an output that needs files of the image, the cache may be asked from outside of a session.
            if (chance.In100(40)) (await workspace.BuildAsync("-t", "warm")).Succeeded();
            FileTree warm = await TreeAsync(workspace, "warm.tar", []);
            FileTree cold = await TreeAsync(workspace, "cold.tar", ["--no-cache"], Cold(workspace));
            string? difference = cold.Entries.Keys.Union(warm.Entries.Keys).FirstOrDefault(p => warm.Entries.GetValueOrDefault(p)?.Describe() != cold.Entries.GetValueOrDefault(p)?.Describe());
            if (difference is null) continue;
            return $"seed {seed}, after {string.Join(", ", _done)}:\n{difference}\n  warm: {warm.Entries.GetValueOrDefault(difference)?.Describe()}\n"
                + $"  cold: {cold.Entries.GetValueOrDefault(difference)?.Describe()}\n{File.ReadAllText(Path.Combine(workspace.Context, "Dockerfile"))}";
        }

        return null;
    }

    private static async Task PrepareAsync(Workspace workspace)
    {
        await workspace.ImportBusyboxAsync();
        (await workspace.RunAsync("--root", Cold(workspace), "import", await BaseImages.BusyboxAsync(), "busybox:latest")).Succeeded();
    }

    private static string Cold(Workspace workspace) => Path.Combine(workspace.Store, "cold");

    private static async Task<FileTree> TreeAsync(Workspace workspace, string name, string[] arguments, string? root = null)
    {
        string file = workspace.PathTo(name);
        string contexts = Path.Combine(root ?? "", "contexts");
        if (root is not null && Directory.Exists(contexts)) Directory.Delete(contexts, recursive: true);
        string[] global = root is null ? [] : ["--root", root];
        (await workspace.RunAsync([.. global, "build", "--progress", "plain", "--output", $"type=tar,dest={file}", .. arguments, workspace.Context])).Succeeded();
        return FileTree.Read(file);
    }
}
