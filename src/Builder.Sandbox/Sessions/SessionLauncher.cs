using System.Collections;
using System.Text;
using Builder.Linux.Processes;
using Builder.Sandbox.ControlGroups;
using Builder.Sandbox.Host;
using Microsoft.Win32.SafeHandles;

namespace Builder.Sandbox.Sessions;

/// <summary>
/// Starts this program again inside a user namespace with own mount and pid namespaces, passes signals on and returns its exit code.
/// A process with threads can't enter a new user namespace, so util-linux's unshare(1) does it, and a shell holds the new process back until
/// its id maps are written. The session is pid 1 of its pid namespace: when it ends, however it ends, everything in it is gone.
/// </summary>
public static class SessionLauncher
{
    internal const string EnvironmentVariable = "BUILDER_SESSION";
    internal const int LifelineDescriptor = 3;
    private const int ReadyDescriptor = 4;
    private const int ErrorDescriptor = 5;
    private const int FirstFreeDescriptor = 10;

    // Says it is there, waits for a line (end of file: the caller died), gives stderr back, becomes builder.
    private const string WaitForMaps = "echo >&4 && read -r _ <&3 && exec 4>&- 2>&5 5>&- && exec \"$0\" \"$@\"";

    /// <summary>Runs the session to its end. Must be called from the thread that stays until then.</summary>
    /// <param name="arguments">The command line, without the program's name.</param>
    /// <returns>The session's exit code.</returns>
    /// <exception cref="SessionException">This machine doesn't allow it; the hint says what would.</exception>
    public static int Run(IReadOnlyList<string> arguments)
    {
        CallerIds caller = CallerIds.Read();
        SessionDiagnosis.ThrowIfImpossible(caller);
        EngineGroup.MakeRoom();
        (SafeFileHandle lifelineRead, SafeFileHandle lifelineWrite) = ProcessCalls.CreatePipe();
        (SafeFileHandle readyRead, SafeFileHandle readyWrite) = ProcessCalls.CreatePipe();
        (SafeFileHandle errorRead, SafeFileHandle errorWrite) = ProcessCalls.CreatePipe();
        using SafeFileHandle lifeline = lifelineWrite;
        using SafeFileHandle ready = readyRead;
        using SafeFileHandle errors = errorRead;
        int pid = Spawn(arguments, lifelineRead, readyWrite, errorWrite);
        using var waiter = new ChildWaiter(pid);
        using var forwarder = new SignalForwarder(lifeline);
        if (!ReadOne(ready))
        {
            string reason = ReadText(errors);
            waiter.Wait();
            throw SessionDiagnosis.Explain(caller, reason);
        }

        IdMapWriter.Write(pid, caller);
        forwarder.Release();
        int exitCode = waiter.Wait().ExitCode;

        // A killed session can't; what unshare(1) then ends with depends on its version.
        if (exitCode != 0) ContainerGroup.RemoveLeftovers();
        return exitCode;
    }

    private static int Spawn(IReadOnlyList<string> arguments, SafeFileHandle lifeline, SafeFileHandle ready, SafeFileHandle error)
    {
        string unshare = ExecutablePath.Find("unshare") ?? throw new SessionException("unshare(1) is not installed", "install util-linux");
        string[] command =
        [
            unshare, "--user", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "--", "/bin/sh", "-c", WaitForMaps,
            .. ExecutablePath.OwnCommand(), .. arguments,
        ];
        using (lifeline)
        using (ready)
        using (error)
        using (SafeFileHandle stderr = ProcessCalls.Duplicate(2, FirstFreeDescriptor))
        using (SafeFileHandle highLifeline = Raise(lifeline))
        using (SafeFileHandle highReady = Raise(ready))
        using (SafeFileHandle highError = Raise(error))
        {
            (int, int)[] descriptors =
            [
                (Number(highError), 2), (Number(highLifeline), LifelineDescriptor), (Number(highReady), ReadyDescriptor), (Number(stderr), ErrorDescriptor),
            ];
            using var spawner = new ProcessSpawner(unshare, command, SessionEnvironment(), descriptors);
            return spawner.Spawn();
        }
    }

    private static List<string> SessionEnvironment()
    {
        var environment = new List<string>();
        foreach (DictionaryEntry entry in Environment.GetEnvironmentVariables()) environment.Add($"{entry.Key}={entry.Value}");
        environment.Add($"{EnvironmentVariable}={LifelineDescriptor}");

        // All sessions are pid 1: their diagnostic sockets would have one name.
        environment.Add("DOTNET_EnableDiagnostics=0");
        return environment;
    }

    private static SafeFileHandle Raise(SafeFileHandle handle) => ProcessCalls.Duplicate(Number(handle), FirstFreeDescriptor);

    private static int Number(SafeFileHandle handle) => (int)handle.DangerousGetHandle();

    private static bool ReadOne(SafeFileHandle handle)
    {
        Span<byte> one = stackalloc byte[1];
        return DescriptorCalls.Read(handle, one) == 1;
    }

    private static string ReadText(SafeFileHandle handle)
    {
        Span<byte> buffer = stackalloc byte[4096];
        int length = DescriptorCalls.Read(handle, buffer);
        return Encoding.UTF8.GetString(buffer[..length]).Trim();
    }
}
