using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Builder.Registry.Tests.Servers;

/// <summary>A real registry on a free port of this machine, stopped with the test.</summary>
public sealed class RegistryProcess : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("builder-registry-").FullName;
    private readonly Process _process;

    public RegistryProcess()
    {
        using (var probe = new TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            Port = ((IPEndPoint)probe.LocalEndpoint).Port;
        }

        string config = Path.Combine(_directory, "config.yml");
        File.WriteAllText(config, $$"""
            version: 0.1
            log: {level: error}
            storage: {filesystem: {rootdirectory: "{{_directory}}/data"} }
            http: {addr: "{{Host}}"}
            """);
        _process = Process.Start(new ProcessStartInfo("docker-registry", ["serve", config]) { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true })!;
        _process.ErrorDataReceived += (_, _) => { };
        _process.OutputDataReceived += (_, _) => { };
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
        WaitUntilItListens();
    }

    public int Port { get; }

    public string Host => $"127.0.0.1:{Port}";

    public string Scratch(string name) => Path.Combine(_directory, name);

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private void WaitUntilItListens()
    {
        for (int i = 0; i < 200; i++)
        {
            try
            {
                using var client = new TcpClient();
                client.Connect(IPAddress.Loopback, Port);
                return;
            }
            catch (SocketException) when (!_process.HasExited)
            {
                Thread.Sleep(50);
            }
        }

        throw new InvalidOperationException("docker-registry does not listen");
    }
}
