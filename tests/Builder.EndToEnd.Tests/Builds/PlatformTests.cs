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
}
