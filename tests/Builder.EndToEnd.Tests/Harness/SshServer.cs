using System.Net;
using System.Net.Sockets;

namespace Builder.EndToEnd.Tests.Harness;

/// <summary>OpenSSH's server on the loopback, for whoever runs the tests and one key.</summary>
internal sealed class SshServer : IDisposable
{
    private readonly RunningCommand _server;

    private SshServer(RunningCommand server, int port, string hostKey) => (_server, Port, HostKey) = (server, port, hostKey);

    public int Port { get; }

    /// <summary>Its line for known_hosts.</summary>
    public string HostKey { get; }

    /// <summary>Starts it.</summary>
    /// <param name="directory">Where its files may lie.</param>
    /// <param name="publicKey">The key it lets in.</param>
    public static async Task<SshServer> StartAsync(string directory, string publicKey)
    {
        Directory.CreateDirectory(directory);
        string PathTo(string name) => Path.Combine(directory, name);
        (await new Command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", PathTo("host")).RunAsync()).Succeeded();
        File.Copy(publicKey, PathTo("authorized"));
        int port = FreePort();
        await File.WriteAllTextAsync(PathTo("config"), $"""
            Port {port}
            ListenAddress 127.0.0.1
            HostKey {PathTo("host")}
            AuthorizedKeysFile {PathTo("authorized")}
            PidFile none
            StrictModes no
            UsePAM no
            PasswordAuthentication no
            KbdInteractiveAuthentication no

            """);

        // What Debian makes when the machine starts.
        if (Environment.IsPrivilegedProcess) Directory.CreateDirectory("/run/sshd");
        RunningCommand server = new Command("/usr/sbin/sshd", "-D", "-e", "-f", PathTo("config")).Start();
        string key = string.Join(' ', (await File.ReadAllTextAsync(PathTo("host.pub"))).Split(' ').Take(2));
        var started = new SshServer(server, port, $"[127.0.0.1]:{port} {key}");
        if (await started.ListensAsync()) return started;
        started.Dispose();
        throw new InvalidOperationException($"sshd doesn't listen: {(await server.WaitAsync(TimeSpan.FromSeconds(30))).Error}");
    }

    public void Stop() => _server.Kill();

    public void Dispose()
    {
        if (!_server.HasExited) _server.Kill();
        _server.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private async Task<bool> ListensAsync()
    {
        for (int i = 0; i < 600 && !_server.HasExited; i++)
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(IPAddress.Loopback, Port);
                return true;
            }
            catch (SocketException)
            {
                await Task.Delay(100);
            }
        }

        return false;
    }
}
