using System.Text;
using Builder.EndToEnd.Tests.Harness;

namespace Builder.EndToEnd.Tests.Builds;

/// <summary>Images for other machines.</summary>
public sealed class PlatformTests
{
    [EndToEndFact]
    public async Task An_image_for_another_machine_is_built_when_no_command_has_to_run_there()
    {
        await using Workspace workspace = new();
        await workspace.ImportBusyboxAsync();
        (await workspace.BuildTextAsync(
            "FROM --platform=$BUILDPLATFORM busybox AS build\nARG TARGETARCH\nRUN echo for $TARGETARCH > /x\nFROM scratch\nCOPY --from=build /x /x\n", "--platform", "linux/s390x", "-t", "other")).Succeeded();
        Assert.Equal("linux/s390x\n", (await workspace.RunAsync("inspect", "-f", "{{.Os}}/{{.Architecture}}", "other")).Succeeded().Output);
        Assert.Contains("for s390x", Encoding.UTF8.GetString((await workspace.BuildAsync("--platform", "linux/s390x", "-o", "-")).Succeeded().OutputBytes), StringComparison.Ordinal);
        CommandResult refused = (await workspace.BuildTextAsync("FROM scratch\nCOPY Dockerfile /\nRUN [\"/x\"]\n", "--platform", "linux/s390x")).ExitedWith(1);
        Assert.Contains("Dockerfile:3", refused.Error, StringComparison.Ordinal);
        Assert.Contains("this command is for linux/s390x", refused.Error, StringComparison.Ordinal);
        Assert.Contains("qemu-s390x", refused.Error, StringComparison.Ordinal);
    }

    [EndToEndFact]
    public async Task Several_platforms_become_one_index_and_common_work_is_done_once()
    {
        await using Workspace workspace = new();
        await workspace.ImportBusyboxAsync();
        workspace.Write("Dockerfile", "FROM --platform=$BUILDPLATFORM busybox AS build\nRUN echo ran; head -c 16 /dev/urandom | od > /common\nARG TARGETARCH\nRUN echo for $TARGETARCH > /x\nFROM scratch\nCOPY --from=build /common /x /\n");
        string[] platforms = ["--platform", "linux/s390x,linux/riscv64"];
        CommandResult built = (await workspace.BuildAsync([.. platforms, "--no-cache", "-t", "multi:1", "-o", "type=image", "-o", "type=oci,dest=" + workspace.PathTo("multi.tar"), "-o", workspace.PathTo("out"), "-o", "type=tar,dest=" + workspace.PathTo("files.tar"), "-o", "type=oci,tar=false,dest=" + workspace.PathTo("layout")])).Succeeded();
        Assert.Equal(2, built.Error.Split(" ran\n").Length);
        Assert.Contains("[linux/riscv64 stage-1 1/1] COPY", built.Error, StringComparison.Ordinal);
        Assert.Equal(("for s390x\n", "for riscv64\n"), (File.ReadAllText(workspace.PathTo("out/linux_s390x/x")), File.ReadAllText(workspace.PathTo("out/linux_riscv64/x"))));
        Assert.Equal(File.ReadAllText(workspace.PathTo("out/linux_s390x/common")), File.ReadAllText(workspace.PathTo("out/linux_riscv64/common")));
        Assert.Equal((await new Command("tar", "-xOf", workspace.PathTo("multi.tar"), "index.json").RunAsync()).Succeeded().Output, File.ReadAllText(workspace.PathTo("layout/index.json")));
        Assert.Contains("linux_s390x/x\n", (await new Command("tar", "-tf", workspace.PathTo("files.tar")).RunAsync()).Succeeded().Output, StringComparison.Ordinal);
        Assert.Contains("nothing was executed", (await workspace.BuildAsync([.. platforms, "-t", "multi:1"])).Succeeded().Error, StringComparison.Ordinal);
        Assert.Contains(
            "does not currently support exporting manifest lists",
            (await workspace.BuildAsync([.. platforms, "-o", "type=docker,dest=" + workspace.PathTo("x.tar")])).ExitedWith(125).Error, StringComparison.Ordinal);

        await using Workspace other = new();
        (await other.RunAsync("load", "--platform", "linux/riscv64", "-i", workspace.PathTo("multi.tar"))).Succeeded();
        Assert.Equal("riscv64\n", (await other.RunAsync("inspect", "-f", "{{.Architecture}}", "multi:1")).Succeeded().Output);
        Assert.Contains("it has linux/s390x, linux/riscv64", (await other.RunAsync("load", "-i", workspace.PathTo("multi.tar"))).ExitedWith(1).Error, StringComparison.Ordinal);
        Assert.Contains("the image is for linux/riscv64", (await other.RunAsync("run", "--rm", "multi:1", "/x")).ExitedWith(125).Error, StringComparison.Ordinal);
        (await workspace.RunAsync("rmi", "multi:1")).Succeeded();
        Assert.Equal("busybox\n", (await workspace.RunAsync("images", "--format", "{{.Repository}}")).Succeeded().Output);
    }
}
