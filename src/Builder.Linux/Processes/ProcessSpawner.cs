using System.Runtime.InteropServices;
using Builder.Linux.Native;

namespace Builder.Linux.Processes;

/// <summary>
/// A program to be started, prepared so far that <see cref="Spawn"/> itself allocates and loads nothing: it may be called on a thread
/// whose next child will be in a new pid namespace, where the runtime must not start threads of its own.
/// posix_spawn(3); signals are set back to their defaults and unblocked in the child.
/// </summary>
public sealed unsafe class ProcessSpawner : IDisposable
{
    // posix_spawnattr_t has 336 bytes and posix_spawn_file_actions_t 80 in glibc, less in musl.
    private const int AttributeSize = 512;
    private const int FileActionsSize = 256;
    private const int SignalSetSize = 128;
    private const short SetProcessGroup = 0x02;
    private const short SetSignalDefault = 0x04;
    private const short SetSignalMask = 0x08;
    private const int SignalSetFullBytes = 8;

    private readonly NativeTextArray _arguments;
    private readonly NativeTextArray _environment;
    private readonly NativeTextArray _program;
    private readonly string _path;
    private byte* _attributes;
    private byte* _fileActions;

    /// <summary>Prepares a program.</summary>
    /// <param name="path">The executable.</param>
    /// <param name="arguments">The argv, name included.</param>
    /// <param name="environment"><c>NAME=value</c>.</param>
    /// <param name="descriptors">Which descriptor of ours becomes which of the child's, in order; all others must be close-on-exec. Sources must lie above all targets.</param>
    /// <param name="ownGroup">Whether it leads a process group of its own, so that it and what it starts can be ended together.</param>
    public ProcessSpawner(
        string path, IReadOnlyList<string> arguments, IReadOnlyList<string> environment, IReadOnlyList<(int Source, int Target)> descriptors, bool ownGroup = false)
    {
        _path = path;
        _program = new NativeTextArray([path]);
        _arguments = new NativeTextArray(arguments);
        _environment = new NativeTextArray(environment);
        _attributes = (byte*)NativeMemory.AllocZeroed(AttributeSize);
        _fileActions = (byte*)NativeMemory.AllocZeroed(FileActionsSize);
        byte* signals = stackalloc byte[SignalSetSize];
        new Span<byte>(signals, SignalSetSize).Clear();
        Check(SpawnCalls.AttributesInit(_attributes));
        Check(SpawnCalls.SetSignalMask(_attributes, signals));
        new Span<byte>(signals, SignalSetFullBytes).Fill(0xFF);
        Check(SpawnCalls.SetSignalDefault(_attributes, signals));
        Check(SpawnCalls.SetFlags(_attributes, (short)(SetSignalDefault | SetSignalMask | (ownGroup ? SetProcessGroup : 0))));
        Check(SpawnCalls.FileActionsInit(_fileActions));
        foreach ((int source, int target) in descriptors) Check(SpawnCalls.AddDup2(_fileActions, source, target));
    }

    /// <summary>Starts it.</summary>
    /// <returns>The process id in the caller's pid namespace.</returns>
    public int Spawn()
    {
        int pid;
        int error = SpawnCalls.Spawn(&pid, _program.Pointer[0], _fileActions, _attributes, _arguments.Pointer, _environment.Pointer);
        if (error != 0) throw new SyscallException("posix_spawn", _path, error);
        return pid;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_attributes is null) return;
        _ = SpawnCalls.AttributesDestroy(_attributes);
        _ = SpawnCalls.FileActionsDestroy(_fileActions);
        NativeMemory.Free(_attributes);
        NativeMemory.Free(_fileActions);
        _attributes = null;
        _fileActions = null;
        _arguments.Dispose();
        _environment.Dispose();
        _program.Dispose();
    }

    private void Check(int error)
    {
        if (error != 0) throw new SyscallException("posix_spawn", _path, error);
    }
}
