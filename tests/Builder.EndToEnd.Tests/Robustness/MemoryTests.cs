using Builder.EndToEnd.Tests.Builds;
using Builder.EndToEnd.Tests.Harness;
using Builder.EndToEnd.Tests.Trees;

namespace Builder.EndToEnd.Tests.Robustness;

/// <summary>Nothing of unbounded size is held in memory.</summary>
[Collection(MeasuredTests.Name)]
public sealed class MemoryTests
{
    private const long Limit = 200L << 20;
    private const long Half = 1L << 30;

    [EndToEndFact]
    public async Task A_context_with_a_file_of_two_gibibytes_is_built_in_little_memory()
    {
        await using Workspace workspace = new();
        await WriteHalfDataHalfHoleAsync(Path.Combine(workspace.Context, "large"));
        workspace.Write("Dockerfile", "FROM scratch\nCOPY large /large\n");
        using RunningCommand running = workspace.Command("build", "--progress", "plain", "-t", "large", workspace.Context).Start();
        Task<CommandResult> ended = running.WaitAsync(TimeSpan.FromMinutes(3));
        long peak = 0;
        while (!ended.IsCompleted)
        {
            peak = Math.Max(peak, ProcessTable.ResidentBytesOfTree(running.Id));
            await Task.Delay(25);
        }

        (await ended).Succeeded();
        Assert.InRange(peak, 1, Limit);
    }

    [EndToEndFact]
    public async Task Four_thousand_files_are_copied_in_little_memory()
    {
        await using Workspace workspace = new();
        for (int i = 0; i < 4_000; i++)
            workspace.Write($"tree/{i % 100}/{i}.txt", $"{i}\n");
        workspace.Write("Dockerfile", "FROM scratch\nCOPY tree /tree\n");
        string tar = workspace.PathTo("tree.tar");
        using RunningCommand running = workspace.Command("build", "-o", $"type=tar,dest={tar}", workspace.Context).Start();
        Task<CommandResult> ended = running.WaitAsync(TimeSpan.FromMinutes(2));
        long peak = 0;
        while (!ended.IsCompleted)
        {
            peak = Math.Max(peak, ProcessTable.ResidentBytesOfTree(running.Id));
            await Task.Delay(25);
        }

        (await ended).Succeeded();
        Assert.InRange(peak, 1, Limit);
        Assert.Equal(4_000, FileTree.Read(tar).Entries.Values.Count(e => e.Type == "file"));
    }

    private static async Task WriteHalfDataHalfHoleAsync(string path)
    {
        byte[] block = new byte[1 << 20];
        new Random(1).NextBytes(block);
        await using FileStream file = new(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        for (long written = 0; written < Half; written += block.Length)
        {
            BitConverter.TryWriteBytes(block, written);
            await file.WriteAsync(block);
        }

        file.SetLength(2 * Half);
    }
}
