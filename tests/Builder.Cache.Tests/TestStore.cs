using System.Diagnostics;
using Builder.Cache.Snapshots;
using Builder.Cache.Storage;

namespace Builder.Cache.Tests;

/// <summary>A store in a directory of its own, gone afterwards.</summary>
internal sealed class TestStore : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("builder-cache-");
    private BuilderStore? _store;

    internal TestStore(SnapshotKind? kind = null) => Kind = kind;

    internal string Root => Path.Combine(_directory.FullName, "store");

    internal ManualTime Time { get; } = new();

    internal BuilderStore Store => _store ??= OpenAnother();

    private SnapshotKind? Kind { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        _store?.Dispose();

        // A store that is closed doesn't wait for its own collecting, which may remove something at the same time.
        Assert.True(SpinWait.SpinUntil(() => Leftovers.TryRemove(_directory.FullName), TimeSpan.FromSeconds(30)));
    }

    internal BuilderStore OpenAnother() => BuilderStore.Open(Root, Time, Kind);

    internal string PathOf(params string[] names) => Path.Combine([Root, .. names]);

    /// <summary>Starts this very assembly as a program.</summary>
    internal static Process Start(params string[] arguments) => StartProgram("dotnet", ["exec", AssemblyPath, .. arguments]);

    /// <summary>Starts this very assembly as a program in a user and mount namespace of its own.</summary>
    /// <param name="mount">A shell command that mounts something before; the first argument is <c>$1</c>.</param>
    /// <param name="directory">To mount on.</param>
    /// <param name="arguments">Of the program; the last one may use what is mounted.</param>
    internal static Process StartInNamespace(string mount, string directory, params string[] arguments) => StartProgram(
        "unshare", ["-rm", "sh", "-c", mount + " && shift && exec dotnet exec \"$@\"", "sh", directory, AssemblyPath, .. arguments]);

    private static string AssemblyPath => typeof(TestStore).Assembly.Location;

    internal static Process StartProgram(string program, string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        return Process.Start(start)!;
    }
}
