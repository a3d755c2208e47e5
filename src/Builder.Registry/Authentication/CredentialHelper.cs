using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Builder.Registry.Authentication;

/// <summary>A program <c>docker-credential-NAME</c> that keeps logins (docker-credential-helpers): get, store, erase.</summary>
/// <param name="name">Without the prefix.</param>
internal sealed class CredentialHelper(string name)
{
    private const string DockerHubKey = "https://index.docker.io/v1/";
    private const int MaxAnswer = 1 << 20;
    private const string TokenUser = "<token>";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>The login of a registry, or null when the program has none.</summary>
    /// <exception cref="RegistryException">The program isn't there or fails.</exception>
    internal async Task<Login?> GetAsync(string domain, CancellationToken cancellationToken)
    {
        (int exitCode, string output) = await RunAsync("get", KeyOf(domain), cancellationToken);
        if (exitCode != 0)
        {
            return output.Contains("not found", StringComparison.OrdinalIgnoreCase) ? null : throw Failure("get", output);
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(output);
            string user = document.RootElement.GetProperty("Username").GetString() ?? "";
            string secret = document.RootElement.GetProperty("Secret").GetString() ?? "";
            return user == TokenUser ? new Login("", secret, IsIdentityToken: true) : secret.Length == 0 ? null : new Login(user, secret);
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            // Its text may be a secret.
            throw new RegistryException($"{Program} gave something that is no login");
        }
    }

    internal async Task StoreAsync(string domain, Login login, CancellationToken cancellationToken)
    {
        var entry = new JsonObject { ["ServerURL"] = KeyOf(domain), ["Username"] = login.IsIdentityToken ? TokenUser : login.User, ["Secret"] = login.Secret };
        (int exitCode, string output) = await RunAsync("store", entry.ToJsonString(), cancellationToken);
        if (exitCode != 0) throw Failure("store", output);
    }

    internal async Task EraseAsync(string domain, CancellationToken cancellationToken)
    {
        (int exitCode, string output) = await RunAsync("erase", KeyOf(domain), cancellationToken);
        if (exitCode != 0 && !output.Contains("not found", StringComparison.OrdinalIgnoreCase)) throw Failure("erase", output);
    }

    private async Task<string> ReadAsync(StreamReader output, CancellationToken cancellationToken)
    {
        char[] buffer = new char[MaxAnswer + 1];
        int count = await output.ReadBlockAsync(buffer, cancellationToken);
        return count <= MaxAnswer ? new string(buffer, 0, count) : throw new RegistryException($"{Program} gave more than {MaxAnswer} characters");
    }

    private string Program => "docker-credential-" + name;

    private static string KeyOf(string domain) => domain == "docker.io" ? DockerHubKey : domain;

    private RegistryException Failure(string verb, string output) =>
        new($"{Program} {verb} failed: {new string([.. output.Trim().Take(300).Select(c => char.IsControl(c) ? ' ' : c)])}");

    private async Task<(int ExitCode, string Output)> RunAsync(string verb, string input, CancellationToken cancellationToken)
    {
        if (name.AsSpan().ContainsAny('/', '\0')) throw new RegistryException($"'{name}' is not the name of a credential helper");
        using var process = new Process
        {
            StartInfo = new ProcessStartInfo(Program, [verb]) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true },
        };
        try
        {
            process.Start();
        }
        catch (Win32Exception error)
        {
            throw new RegistryException($"{Program}, which keeps logins, can't be started: {error.Message}", inner: error);
        }

        using var patience = new CancellationTokenSource(Patience);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        try
        {
            await process.StandardInput.WriteAsync(input.AsMemory(), either.Token);
            process.StandardInput.Close();
            string output = await ReadAsync(process.StandardOutput, either.Token);
            await process.WaitForExitAsync(either.Token);
            return (process.ExitCode, output);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new RegistryException($"{Program} {verb} does not end");
        }
        catch (IOException error)
        {
            throw new RegistryException($"{Program} {verb} failed: {error.Message}", inner: error);
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }
}
