using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace Builder.EndToEnd.Tests.Harness;

/// <summary>A process to run: program, arguments, surroundings.</summary>
internal sealed record Command(string Program, params IEnumerable<string> Arguments)
{
    public string? Directory { get; init; }

    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    /// <summary>What the process reads; null for nothing.</summary>
    public byte[]? Input { get; init; }

    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(4);

    /// <summary>Runs it to its end. A process that is still running at the timeout is killed and the test fails.</summary>
    public async Task<CommandResult> RunAsync()
    {
        using RunningCommand running = Start();
        if (Input is not null)
            await running.WriteInputAsync(Input);
        running.CloseInput();
        return await running.WaitAsync(Timeout);
    }

    public RunningCommand Start()
    {
        ProcessStartInfo start = new(Program)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Directory ?? Path.GetTempPath(),
        };
        foreach (string argument in Arguments)
            start.ArgumentList.Add(argument);
        foreach ((string name, string? value) in Environment)
            start.Environment[name] = value;
        return new RunningCommand(Process.Start(start)!, string.Join(' ', [Program, .. Arguments]));
    }

    /// <summary>
    /// The same with signals at their defaults: a shell without job control starts what it puts into the background with SIGINT ignored, and
    /// that is inherited by all that comes from it, these tests for one.
    /// </summary>
    public Command WithDefaultSignals() => this with { Program = "env", Arguments = ["--default-signal=INT,TERM", Program, .. Arguments] };

    /// <summary>Sends a signal to one process.</summary>
    public static Task SignalAsync(int processId, string signal) =>
        new Command("/bin/kill", $"-{signal}", processId.ToString(CultureInfo.InvariantCulture)).RunAsync();

    /// <summary>Whether a program is on the PATH (or there, when it is a path).</summary>
    public static bool Exists(string program) =>
        Path.IsPathRooted(program)
            ? File.Exists(program)
            : $"{System.Environment.GetEnvironmentVariable("PATH")}:/usr/sbin:/sbin".Split(':', StringSplitOptions.RemoveEmptyEntries)
                .Any(directory => File.Exists(Path.Combine(directory, program)));
}

/// <summary>A process that runs, its output being collected.</summary>
internal sealed class RunningCommand : IDisposable
{
    private readonly Process _process;
    private readonly string _commandLine;
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private readonly MemoryStream _output = new();
    private readonly Task _outputCopy;
    private readonly Task<string> _error;

    public RunningCommand(Process process, string commandLine)
    {
        (_process, _commandLine) = (process, commandLine);
        _outputCopy = process.StandardOutput.BaseStream.CopyToAsync(_output);
        _error = process.StandardError.ReadToEndAsync();
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>Writes to the process's standard input; one that has closed it is no error.</summary>
    public async Task WriteInputAsync(byte[] bytes)
    {
        try
        {
            await _process.StandardInput.BaseStream.WriteAsync(bytes);
            await _process.StandardInput.BaseStream.FlushAsync();
        }
        catch (IOException)
        {
            // EPIPE: the process ended without reading. Its exit code tells the rest.
        }
    }

    public void CloseInput()
    {
        try
        {
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // As above.
        }
    }

    public async Task<CommandResult> WaitAsync(TimeSpan timeout)
    {
        using CancellationTokenSource source = new(timeout);
        try
        {
            await _process.WaitForExitAsync(source.Token);
            await _outputCopy.WaitAsync(source.Token);
            string error = await _error.WaitAsync(source.Token);
            CommandResult result = new(_commandLine, _process.ExitCode, _output.ToArray(), error, _watch.Elapsed);
            result.AssertNoTraceOfTheEngine();
            return result;
        }
        catch (OperationCanceledException e)
        {
            bool exited = _process.HasExited;
            Kill();
            throw new TimeoutException(exited
                ? $"{_commandLine}: ended, but something still held its output after {timeout.TotalSeconds} s"
                : $"{_commandLine}: still running after {timeout.TotalSeconds} s", e);
        }
    }

    /// <summary>SIGKILL to this process alone.</summary>
    public void Kill()
    {
        try
        {
            _process.Kill();
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception)
        {
            // Already gone.
        }
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            Kill();
        _process.Dispose();
        _output.Dispose();
    }
}
