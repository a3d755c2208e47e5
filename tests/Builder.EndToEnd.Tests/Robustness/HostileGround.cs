using System.Globalization;
using Builder.EndToEnd.Tests.Harness;

namespace Builder.EndToEnd.Tests.Robustness;

/// <summary>
/// Where the engine meets what strangers made: after each command it has stayed small and quick, shown no stack trace, and left a tree beside the
/// store as it was to the last time stamp.
/// </summary>
internal sealed class HostileGround : IAsyncDisposable
{
    private const long MostMemory = 300L << 20;

    // Processor time, of the engine and all it waited for: on a busy machine the clock says little.
    private const double MostSeconds = 30;

    private readonly Workspace _workspace;
    private readonly string _costs;
    private string _canary = "";

    public HostileGround()
        : this(new Workspace())
    {
    }

    /// <summary>Takes the workspace over.</summary>
    public HostileGround(Workspace workspace)
    {
        _workspace = workspace;
        _costs = workspace.PathTo("costs");
        string sub = Path.Combine(Canary, "sub");
        Directory.CreateDirectory(sub);
        File.WriteAllText(Path.Combine(Canary, "kept"), "kept\n");
        File.WriteAllText(Path.Combine(sub, "kept"), "kept\n");
        File.CreateSymbolicLink(Path.Combine(sub, "link"), "../kept");
    }

    public Workspace Workspace => _workspace;

    /// <summary>Must never be reached.</summary>
    public string Canary => _workspace.PathTo("canary");

    /// <summary>The canary from the root of any tree, climbing out first.</summary>
    public string ClimbingCanary => string.Concat(Enumerable.Repeat("../", 20)) + Canary.TrimStart('/');

    public Task<CommandResult> RunAsync(params string[] arguments) => RunAsync([], arguments);

    /// <summary>Runs the engine with an input, and judges all but its exit code.</summary>
    public async Task<CommandResult> RunAsync(byte[] input, params string[] arguments)
    {
        if (_canary.Length == 0) _canary = await DescribeAsync();
        Command engine = _workspace.Command(arguments);
        Command timed = engine with { Program = "/usr/bin/time", Arguments = ["-q", "-o", _costs, "-f", "%M %U %S", engine.Program, .. engine.Arguments], Input = input };
        CommandResult result = await timed.RunAsync();
        result.AssertNoStackTrace();
        double[] costs = [.. (await File.ReadAllTextAsync(_costs)).Split(' ').Select(word => double.Parse(word, CultureInfo.InvariantCulture))];
        Assert.True(costs[0] * 1024 < MostMemory, $"{costs[0] / 1024:F0} MiB were held by\n{result}");
        Assert.True(costs[1] + costs[2] < MostSeconds, $"{costs[1] + costs[2]:F0} s of the processor were taken by\n{result}");
        Assert.True(_canary == await DescribeAsync(), $"what is outside was touched by\n{result}");
        return result;
    }

    public ValueTask DisposeAsync() => _workspace.DisposeAsync();

    private async Task<string> DescribeAsync()
    {
        CommandResult files = (await new Command("find", Canary, "-printf", "%p %i %M %U:%G %s %T@ %C@ %n %l\n").RunAsync()).Succeeded();
        return files.Output + await File.ReadAllTextAsync(Path.Combine(Canary, "kept")) + await File.ReadAllTextAsync(Path.Combine(Canary, "sub", "kept"));
    }
}
