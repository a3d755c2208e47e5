using Builder.Executor.Contexts;
using Builder.Executor.Copying;
using Builder.Executor.Tests.Trees;
using Builder.Graph.Operations;
using Builder.Linux.Files;

namespace Builder.Executor.Tests.Copying;

/// <summary>Enough files and directories for all cores to have a part in walking and copying them: nothing of it may show.</summary>
public sealed class ManyFilesTests : IDisposable
{
    private const int Directories = 9;
    private const int FilesInEach = 100;

    private static readonly CopyOperation Operation = new() { Sources = ["."], Destination = "/x" };

    private readonly TestTree _source = new();
    private readonly TestTree _root = new();

    public ManyFilesTests() =>
        _source.With([.. Enumerable.Range(0, Directories).SelectMany(d => Enumerable.Range(0, FilesInEach).Select(f => $"d{d}/sub/f{f}={d}-{f}"))]);

    [RootFact]
    public void They_are_listed_in_the_order_of_one_walk()
    {
        using SourceTree context = _source.AsContext();
        string[] entries = [.. Match(context)[0][0].Entries.Skip(1).Select(entry => entry.Path.ToString())];
        Assert.Equal(Directories * (FilesInEach + 2), entries.Length);
        Assert.Equal(entries.Order(StringComparer.Ordinal), entries); // no name here sorts before a slash
    }

    [RootFact]
    public void They_arrive_as_they_are()
    {
        var time = new FileTime(1_000_000_000, 500);
        using (DirectoryHandle directory = DirectoryHandle.Open(_source.At("d7/sub")))
        {
            directory.SetMode("f99"u8, 0x1ED);
            directory.SetTimes("f99"u8, time);
            directory.SetAttribute("f98"u8, "user.note", "n"u8);
        }

        using SourceTree context = _source.AsContext();
        Assert.Null(Run(context, Match(context)));

        Assert.Equal(_source.List(withMetadata: false).Select(line => "x/" + line).Prepend("x/"), _root.List(withMetadata: false));
        Assert.Equal((0x1ED, time), (_root.Stat("x/d7/sub/f99").Mode, _root.Stat("x/d7/sub/f99").Modified));
        using DirectoryHandle copied = DirectoryHandle.Open(_root.At("x/d7/sub"));
        Assert.Equal("n"u8.ToArray(), copied.GetAttribute("f98"u8, "user.note"));
    }

    [RootFact]
    public void The_first_of_those_that_changed_is_told()
    {
        using SourceTree context = _source.AsContext();
        IReadOnlyList<IReadOnlyList<SourceMatch>> matches = Match(context);
        foreach (string name in new[] { "d8/sub/f1", "d2/sub/f50", "d5/sub/f3" }) File.WriteAllText(_source.At(name), "other");
        Assert.Equal("d2/sub/f50", Run(context, matches)?.ToString());
    }

    [RootFact]
    public void One_that_vanished_is_an_error_that_names_it()
    {
        using SourceTree context = _source.AsContext();
        IReadOnlyList<IReadOnlyList<SourceMatch>> matches = Match(context);
        File.Delete(_source.At("d6/sub/f42"));
        Assert.Equal("can't read 'd6/sub/f42' in the build context: it vanished while it was being read", Assert.Throws<OperationException>(() => Run(context, matches)).Message);
    }

    [RootFact]
    public void A_directory_in_the_way_of_one_is_an_error_and_a_file_is_replaced()
    {
        _root.With("x/d1/sub/f1=old", "x/d8/sub/f2/");
        using SourceTree context = _source.AsContext();
        Assert.Equal("cannot replace the directory /x/d8/sub/f2 with a file", Assert.Throws<OperationException>(() => Run(context, Match(context))).Message);
        Directory.Delete(_root.At("x/d8/sub/f2"));
        Assert.Null(Run(context, Match(context)));
        Assert.Contains("x/d1/sub/f1=1-1", _root.List(withMetadata: false));
    }

    [RootFact]
    public void Copying_them_can_be_stopped()
    {
        using SourceTree context = _source.AsContext();
        IReadOnlyList<IReadOnlyList<SourceMatch>> matches = Match(context);
        using DirectoryHandle root = _root.Open();
        Assert.ThrowsAny<OperationCanceledException>(() => new CopyRunner(Operation).Run(context, matches, root, new CancellationToken(canceled: true)));
    }

    [RootFact]
    public void A_single_one_that_changed_is_told_too()
    {
        using SourceTree context = _source.AsContext();
        var operation = new CopyOperation { Sources = ["d0/sub/f0", "d0/sub/f1"], Destination = "/y/" };
        IReadOnlyList<IReadOnlyList<SourceMatch>> matches = CopyRunner.Match(operation, context, []);
        File.WriteAllText(_source.At("d0/sub/f1"), "22");
        using DirectoryHandle root = _root.Open();
        Assert.Equal("d0/sub/f1", new CopyRunner(operation).Run(context, matches, root, CancellationToken.None)?.ToString());
    }

    public void Dispose()
    {
        _source.Dispose();
        _root.Dispose();
    }

    private static IReadOnlyList<IReadOnlyList<SourceMatch>> Match(SourceTree context) => CopyRunner.Match(Operation, context, []);

    private TreePath? Run(SourceTree context, IReadOnlyList<IReadOnlyList<SourceMatch>> matches)
    {
        using DirectoryHandle root = _root.Open();
        return new CopyRunner(Operation).Run(context, matches, root, CancellationToken.None);
    }
}
