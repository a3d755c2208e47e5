using System.Diagnostics;
using Builder.Executor.Steps;
using Builder.Executor.Tracing;
using Builder.Graph.Operations;
using Builder.Sandbox;
using Builder.Sandbox.ControlGroups;
using Builder.Sandbox.Plans;

namespace Builder.Executor.Running;

/// <summary>Carries out RUN.</summary>
/// <param name="sandboxes">Runs the command.</param>
internal sealed class ExecRunner(ISandboxRunner sandboxes)
{
    private const long DefaultSharedMemory = 64L << 20;

    /// <summary>Everything the container is made of.</summary>
    public static async Task<SandboxPlan> PlanAsync(
        ExecOperation operation, RootFileSystem root, PreparedMounts mounts, StepOptions options, CancellationToken cancellationToken) => new()
        {
            Root = root,
            Mounts = mounts.Mounts,
            Process = new SandboxProcess
            {
                Arguments = operation.Arguments,
                Environment = EnvironmentOf(operation, mounts),
                WorkingDirectory = operation.WorkingDirectory,
                User = operation.User,
            },
            Hostname = HostFiles.HostnameOf(operation),
            Network = operation.Network == NetworkMode.None ? SandboxNetwork.None : SandboxNetwork.Host,
            Security = operation.Insecure ? SecurityProfile.Privileged : SecurityProfile.Default,
            Hosts = HostFiles.Hosts(HostFiles.HostnameOf(operation), operation.ExtraHosts),
            ResolvConf = await HostFiles.ResolvConfAsync(operation.Network, cancellationToken),
            SharedMemoryBytes = options.SharedMemoryBytes ?? DefaultSharedMemory,
            Limits = options.Limits,
            GroupLimits = options.GroupLimits,
        };

    /// <summary>Runs the command to its end.</summary>
    /// <exception cref="OperationException">It could not be started, or its exit code isn't zero.</exception>
    public async Task RunAsync(ExecOperation operation, SandboxPlan plan, OutputLines output, CancellationToken cancellationToken)
    {
        using Activity? phase = Phases.Begin("container");
        SandboxExit exit;
        try
        {
            exit = await sandboxes.RunAsync(plan, new CapturedIo(output.Write), cancellationToken);
        }
        catch (SandboxException e)
        {
            output.Finish();
            throw new OperationException(e.Message, e.Hint, e.ExitCode, e) { Output = output.Last };
        }

        output.Finish();
        cancellationToken.ThrowIfCancellationRequested();
        if (exit.ExitCode == 0) return;
        throw new OperationException(
            $"process \"{CommandText.Of(operation.Arguments)}\" did not complete successfully: exit code: {exit.ExitCode}{LimitReport.Describe(exit)}",
            LimitReport.Hint(exit.Usage, "build"),
            exit.ExitCode)
        { Output = output.Last };
    }

    // What the Dockerfile sets wins over proxies and the agent's place; a secret wins over everything.
    private static List<string> EnvironmentOf(ExecOperation operation, PreparedMounts mounts)
    {
        IReadOnlyList<string> secrets = mounts.Secrets ?? [];
        HashSet<string> hidden = [.. secrets.Select(NameOf)];
        List<string> environment = [.. operation.Environment.Where(v => !hidden.Contains(NameOf(v)))];
        IEnumerable<string> defaults = mounts.AgentSocket is { } socket ? [.. operation.ProxyEnvironment, "SSH_AUTH_SOCK=" + socket] : operation.ProxyEnvironment;
        hidden.UnionWith(operation.Environment.Select(NameOf));
        return [.. environment, .. defaults.Where(v => !hidden.Contains(NameOf(v))), .. secrets.Reverse().DistinctBy(NameOf).Reverse()];
    }

    private static string NameOf(string variable) => variable.Split('=', 2)[0];
}
