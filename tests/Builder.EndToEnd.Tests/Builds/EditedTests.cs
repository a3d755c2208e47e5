using Builder.EndToEnd.Tests.Harness;

namespace Builder.EndToEnd.Tests.Builds;

/// <summary>A COPY of many files of which a few were edited: what is unchanged is kept from the earlier result, and that shows nowhere.</summary>
public sealed class EditedTests
{
    private const int Files = 200;

    private static readonly DateTime LongAgo = new(2021, 3, 4, 5, 6, 7, DateTimeKind.Utc);

    [EndToEndTheory]
    [InlineData("FROM scratch\nCOPY . /src\n")]
    [InlineData("FROM busybox\nCOPY --chown=7:8 --chmod=u=rwX,go=rX . /etc/\nRUN cat /etc/d1/f1 > /read && echo more >> /etc/d4/f9 && chmod 600 /etc/d1/f16\n")]
    public async Task The_image_is_that_of_a_build_from_nothing(string dockerfile)
    {
        await using Workspace workspace = new();
        if (dockerfile.Contains("busybox", StringComparison.Ordinal)) await workspace.ImportBusyboxAsync();
        for (int i = 0; i < Files; i++) Write(workspace, $"d{i % 5}/f{i}", $"{i}");
        workspace.Write("Dockerfile", dockerfile);
        byte[] first = await BuildAsync(workspace, "first", []);

        Write(workspace, "d1/f1", "other");
        Write(workspace, "d1/f6", "9");
        Write(workspace, "d2/new", "new");
        File.Delete(At(workspace, "d2/f2"));
        File.Move(At(workspace, "d3/f3"), At(workspace, "d3/moved"));
        File.SetUnixFileMode(At(workspace, "d3/f8"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        File.SetLastWriteTimeUtc(At(workspace, "d4/f4"), LongAgo.AddSeconds(1));
        Directory.Delete(At(workspace, "d0"), recursive: true);
        Write(workspace, "d0", "a file now");
        (await new Command("ln", At(workspace, "d1/f11"), At(workspace, "d1/second")).RunAsync()).Succeeded();
        byte[] second = await BuildAsync(workspace, "second", []);
        Command find = new("find", Path.Combine(workspace.Store, "snapshots"), "-type", "f", "-name", "f*", "-links", "+1");
        Assert.InRange((await find.RunAsync()).Succeeded().Output.Split('\n').Length, Files, 2 * Files);
        Assert.Equal(await BuildAsync(workspace, "cold", ["--no-cache"]), second);

        // The earlier result is what it was.
        foreach (string name in new[] { "d0", "d1/second", "d2/new", "d3/f8" }) File.Delete(At(workspace, name));
        for (int i = 0; i < Files; i++) Write(workspace, $"d{i % 5}/f{i}", $"{i}");
        File.Delete(At(workspace, "d3/moved"));
        Assert.Equal(first, await BuildAsync(workspace, "third", []));
        Assert.Equal(first, await BuildAsync(workspace, "again", ["--no-cache"]));
    }

    private static void Write(Workspace workspace, string name, string content)
    {
        string file = workspace.Write(name, content);
        File.SetLastWriteTimeUtc(file, LongAgo);
    }

    private static string At(Workspace workspace, string name) => Path.Combine(workspace.Context, name);

    private static async Task<byte[]> BuildAsync(Workspace workspace, string name, string[] arguments)
    {
        string archive = workspace.PathTo(name + ".tar");
        (await workspace.BuildAsync(["--build-arg", "SOURCE_DATE_EPOCH=1700000000", "--output", $"type=oci,rewrite-timestamp=true,dest={archive}", .. arguments])).Succeeded();
        return await File.ReadAllBytesAsync(archive);
    }
}
