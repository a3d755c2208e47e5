using System.Text.Json;
using Builder.EndToEnd.Tests.Harness;

namespace Builder.EndToEnd.Tests.Builds;

/// <summary><c>--check</c> and <c>--call</c> of the real program: nothing is built, whatever the format.</summary>
public sealed class CheckTests
{
    private const string Faulty = "# MODE of the build\nARG MODE=fast\nFROM busybox AS Build\nRUN --mount=type=secret,id=npm exit 1\n";

    [EndToEndFact]
    public async Task Findings_are_printed_as_text_json_and_sarif_and_end_with_one()
    {
        await using Workspace workspace = new();
        workspace.Write("Dockerfile", Faulty);
        CommandResult text = (await workspace.RunAsync("build", "--check", ".")).ExitedWith(1);
        Assert.Contains("WARNING: StageNameCasing\n", text.Output, StringComparison.Ordinal);
        Assert.Contains("Dockerfile:3\n", text.Output, StringComparison.Ordinal);
        using JsonDocument json = JsonDocument.Parse((await workspace.RunAsync("build", "--call=check,format=json", ".")).ExitedWith(1).Output);
        Assert.Contains(json.RootElement.GetProperty("warnings").EnumerateArray(), warning => warning.GetProperty("ruleName").GetString() == "StageNameCasing");
        using JsonDocument sarif = JsonDocument.Parse((await workspace.RunAsync("build", "--call=check,format=sarif,ignorestatus", ".")).Succeeded().Output);
        Assert.Contains(
            sarif.RootElement.GetProperty("runs")[0].GetProperty("results").EnumerateArray(), result => result.GetProperty("ruleId").GetString() == "StageNameCasing");
        Assert.Equal("", (await workspace.RunAsync("images", "-q")).Succeeded().Output);
    }

    [EndToEndFact]
    public async Task Outline_and_targets_tell_what_can_be_set_and_built()
    {
        await using Workspace workspace = new();
        workspace.Write("Dockerfile", Faulty + "# last what is delivered\nFROM build AS last\nRUN --network=host --security=insecure true\n");
        CommandResult targets = (await workspace.RunAsync("build", "--call=targets", ".")).Succeeded();
        Assert.Matches(@"(?m)^build +$\n^last \(default\) +what is delivered$", targets.Output);
        CommandResult outline = (await workspace.RunAsync("build", "--call=outline", ".")).Succeeded();
        Assert.Contains("npm", outline.Output, StringComparison.Ordinal);
        Assert.Contains("DESCRIPTION: what is delivered\n", outline.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("MODE", outline.Output, StringComparison.Ordinal); // nothing of the target uses it
    }

    [EndToEndFact]
    public async Task Errors_of_every_kind_are_told_together_and_nothing_must_be_granted_to_look()
    {
        await using Workspace workspace = new();
        workspace.Write("Dockerfile", "FROM busybox AS Build\nRUN --network=host --securty=insecure true\nEXPOSE http\n");
        CommandResult check = (await workspace.RunAsync("build", "--check", ".")).ExitedWith(1);
        Assert.Contains("Dockerfile:2:20: error BLD1201", check.Error, StringComparison.Ordinal);
        Assert.Contains("Dockerfile:3:8: error BLD2202", check.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("BLD2215", check.Error, StringComparison.Ordinal);
    }

    [EndToEndFact]
    public async Task A_dockerfile_and_a_context_from_elsewhere_are_checked_too()
    {
        await using Workspace workspace = new();
        using var server = new SourceServer(workspace.PathTo("srv"));
        CommandResult context = (await workspace.RunAsync("build", "--check", server.Write("remote", Faulty))).ExitedWith(1);
        Assert.Contains("WARNING: StageNameCasing\n", context.Output, StringComparison.Ordinal);
        CommandResult file = (await workspace.RunAsync("build", "--check", "-f", server.Write("file", Faulty), ".")).ExitedWith(1);
        Assert.Contains("WARNING: StageNameCasing\n", file.Output, StringComparison.Ordinal);
    }
}
