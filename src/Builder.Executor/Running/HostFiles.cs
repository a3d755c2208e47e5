using System.Text;
using Builder.Graph.Operations;
using Builder.Oci.Collections;

namespace Builder.Executor.Running;

/// <summary>The generated files of a RUN step's network set-up.</summary>
internal static class HostFiles
{
    private const string DefaultHostname = "buildkitsandbox";
    private const string HostResolvConf = "/etc/resolv.conf";
    private const int MaxResolvConf = 1 << 20;

    /// <summary>The name of the machine as a command sees it.</summary>
    public static string HostnameOf(ExecOperation operation) => operation.Hostname.Length > 0 ? operation.Hostname : DefaultHostname;

    /// <summary>Text of /etc/hosts.</summary>
    /// <param name="hostname">The own name.</param>
    /// <param name="extraHosts"><c>host=ip</c> lines.</param>
    public static string Hosts(string hostname, EquatableArray<string> extraHosts)
    {
        var text = new StringBuilder()
            .Append("127.0.0.1\tlocalhost ").Append(hostname).Append('\n')
            .Append("::1\tlocalhost ip6-localhost ip6-loopback\n");
        foreach (string line in extraHosts)
        {
            int equals = line.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0) text.Append(line.AsSpan(equals + 1)).Append('\t').Append(line.AsSpan(0, equals)).Append('\n');
        }

        return text.ToString();
    }

    /// <summary>
    /// Text of /etc/resolv.conf: the host's as it is, since a step has the host's network and so reaches the resolvers on its loopback too.
    /// </summary>
    public static async Task<string> ResolvConfAsync(NetworkMode network, CancellationToken cancellationToken)
    {
        if (network == NetworkMode.None || !File.Exists(HostResolvConf)) return "";
        if (new FileInfo(HostResolvConf).Length > MaxResolvConf) throw new OperationException($"{HostResolvConf} is larger than {MaxResolvConf >> 20} MiB");
        return await File.ReadAllTextAsync(HostResolvConf, cancellationToken);
    }
}
