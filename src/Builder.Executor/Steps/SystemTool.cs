using System.Collections;
using Builder.Linux.Processes;
using Microsoft.Win32.SafeHandles;

namespace Builder.Executor.Steps;

/// <summary>
/// A program of the machine, run in a directory. Not through System.Diagnostics.Process: in a process
/// that is pid 1, as a session is, that collects every child, and then nobody learns how a container ended.
/// </summary>
internal sealed class SystemTool : IDisposable
{
    private const int FirstFreeDescriptor = 10;
    private const int KillSignal = 9;

    private readonly int _pid;
    private readonly bool _ownGroup;
    private readonly Task<ProcessEnd> _ended;

    private SystemTool(int pid, bool ownGroup, SafeFileHandle output, SafeFileHandle error)
    {
        (_pid, _ownGroup) = (pid, ownGroup);
        Output = new StreamReader(new FileStream(output, FileAccess.Read));
        Error = new StreamReader(new FileStream(error, FileAccess.Read));
        _ended = Task.Factory.StartNew(() => ProcessCalls.Wait(pid), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    public StreamReader Output { get; }

    public StreamReader Error { get; }

    /// <summary>Starts it with variables besides the caller's; a program that isn't installed ends at once with 127 and a message.</summary>
    public static SystemTool Start(string directory, IEnumerable<string> variables, params IEnumerable<string> command) =>
        Start(directory, EnvironmentWith(variables), ownGroup: false, command);

    /// <summary>The same with nothing but the given variables; it and what it starts end together.</summary>
    public static SystemTool StartGroup(string directory, IReadOnlyList<string> environment, IEnumerable<string> command) =>
        Start(directory, environment, ownGroup: true, command);

    /// <summary>Waits for its end.</summary>
    public Task<ProcessEnd> WaitAsync(CancellationToken cancellationToken) => _ended.WaitAsync(cancellationToken);

    /// <summary>Ends it if it still runs.</summary>
    public void Kill()
    {
        if (!_ended.IsCompleted) ProcessCalls.Kill(_ownGroup ? -_pid : _pid, KillSignal);
    }

    /// <summary>Ends it if it still runs.</summary>
    public void Dispose()
    {
        Kill();
        _ended.GetAwaiter().GetResult();
        Output.Dispose();
        Error.Dispose();
    }

    private static SystemTool Start(string directory, IReadOnlyList<string> environment, bool ownGroup, IEnumerable<string> command)
    {
        (SafeFileHandle outputRead, SafeFileHandle outputWrite) = ProcessCalls.CreatePipe();
        (SafeFileHandle errorRead, SafeFileHandle errorWrite) = ProcessCalls.CreatePipe();
        using (outputWrite)
        using (errorWrite)
        using (SafeFileHandle nothing = File.OpenHandle("/dev/null"))
        using (SafeFileHandle input = Raise(nothing))
        using (SafeFileHandle output = Raise(outputWrite))
        using (SafeFileHandle error = Raise(errorWrite))
        {
            string[] arguments = ["/bin/sh", "-c", "cd \"$0\" && exec \"$@\"", directory, .. command];
            using var spawner = new ProcessSpawner(
                "/bin/sh", arguments, environment, [(Number(input), 0), (Number(output), 1), (Number(error), 2)], ownGroup);
            return new SystemTool(spawner.Spawn(), ownGroup, outputRead, errorRead);
        }
    }

    private static List<string> EnvironmentWith(IEnumerable<string> variables)
    {
        Dictionary<string, string> result = new(StringComparer.Ordinal);
        foreach (DictionaryEntry entry in Environment.GetEnvironmentVariables()) result[(string)entry.Key] = $"{entry.Key}={entry.Value}";
        foreach (string variable in variables) result[variable.Split('=')[0]] = variable;
        return [.. result.Values];
    }

    private static SafeFileHandle Raise(SafeFileHandle handle) => ProcessCalls.Duplicate(Number(handle), FirstFreeDescriptor);

    private static int Number(SafeFileHandle handle) => (int)handle.DangerousGetHandle();
}
