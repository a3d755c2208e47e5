using Builder.EndToEnd.Tests.Harness;

namespace Builder.EndToEnd.Tests.Sandboxing;

/// <summary>Attempts to get out, from inside (tests/sandbox); each is also seen to get further where its guard is off.</summary>
public sealed class ProbeTests(ProbeImage image) : IClassFixture<ProbeImage>
{
    // Opens what must not be handed on.
    private const string WithOpenFiles = "exec 7</etc/passwd 9</; exec \"$@\"";

    [EndToEndFact(Ability.Compiler)]
    public void Nothing_gets_out_of_a_step()
    {
        Assert.Empty(ProbeTable.Breaches(ProbeTable.Answers(image.Steps.Root), row => row.AsRoot));
        Assert.Empty(ProbeTable.Breaches(ProbeTable.Answers(image.Steps.User), row => row.AsUser));
    }

    [EndToEndFact(Ability.Compiler)]
    public async Task Nothing_gets_out_of_a_container()
    {
        Assert.Empty(ProbeTable.Breaches(await InContainerAsync("-u", "0", "--network", "none"), row => row.AsRoot));
        Assert.Empty(ProbeTable.Breaches(await InContainerAsync("-u", "1000:1000", "--network", "none"), row => row.AsUser));
    }

    [EndToEndFact(Ability.Compiler)]
    public async Task Without_filter_capabilities_masks_and_network_of_its_own_a_container_gets_further() =>
        AssertFurther(ProbeGuard.Privileged, await InContainerAsync("-u", "0", "--privileged", "--network", "host"));

    [EndToEndFact(Ability.Compiler, Ability.Root)]
    public async Task Without_a_container_everything_gets_further() =>
        AssertFurther(ProbeGuard.Outside, await OutputAsync("unshare", ["--mount", "--propagation", "private", image.Probe, .. image.Outside]));

    [EndToEndFact(Ability.Compiler, Ability.Root)]
    public async Task A_root_that_is_only_changed_can_be_left()
    {
        IReadOnlyDictionary<string, string> answers = await OutputAsync("chroot", [image.Workspace.Context, "/probe"]);
        Assert.Equal("done", answers["chroot-escape"]);
    }

    [EndToEndFact(Ability.Compiler)]
    public async Task Nothing_can_be_typed_into_the_caller_s_terminal()
    {
        IReadOnlyDictionary<string, string> inside = await InTerminalAsync($"'{Repository.Binary}' run --rm -i -u 0 {ProbeImage.Name} /probe");
        Assert.Equal(("EPERM", "ENXIO"), (inside["type-into-terminal"], inside["controlling-terminal"]));
        IReadOnlyDictionary<string, string> outside = await InTerminalAsync($"'{image.Probe}'");
        Assert.NotEqual("EPERM", outside["type-into-terminal"]);
        Assert.Equal("done", outside["controlling-terminal"]);
    }

    [EndToEndFact(Ability.Compiler)]
    public async Task The_engine_s_own_file_can_t_be_changed_through_proc_self_exe()
    {
        string engine = (await image.Workspace.RunAsync("run", "--rm", "-u", "0", ProbeImage.Name, "/engine")).Succeeded().Output;
        Assert.Equal("open 0\nchmod -30\nwrite -9\n", engine); // EROFS: the mount it was started from

        // The loader as a program of its own changes its own file.
        string loader = Assert.Single(Directory.EnumerateFiles(image.Workspace.Context, "ld-linux-*", SearchOption.AllDirectories));
        string own = (await image.Workspace.RunAsync("run", "--rm", "-u", "0", ProbeImage.Name, "/" + Path.GetRelativePath(image.Workspace.Context, loader))).Succeeded().Output;
        Assert.Equal("open 0\nchmod 0\nwrite -9\n", own);
    }

    [EndToEndFact(Ability.Compiler)]
    public async Task A_working_directory_behind_an_open_descriptor_is_refused()
    {
        CommandResult run = (await WithOpenFilesAsync("run", "--rm", "-w", "/proc/self/fd/9", ProbeImage.Name, "/bin/ls")).ExitedWith(125);
        Assert.Contains("the working directory /proc/self/fd/9 leads through a descriptor or in a circle", run.Error, StringComparison.Ordinal);
        CommandResult build = (await image.Workspace.BuildTextAsync($"FROM {ProbeImage.Name}\nWORKDIR /proc/self/fd/7\nRUN ls\n")).ExitedWith(1);

        // Which of the two depends on whether the container's init has such a descriptor.
        Assert.Matches("the working directory /proc/self/fd/7 (leads through a descriptor|can't be made)", build.Error);
    }

    private static void AssertFurther(ProbeGuard guard, IReadOnlyDictionary<string, string> answers) =>
        Assert.Empty(ProbeTable.Read().Where(row => row.Guard == guard && answers[row.Name] is not ("ENOENT" or "ENOSYS") && row.AsRoot.Split('|').Contains(answers[row.Name]))
            .Select(row => $"{row.Name}: still {answers[row.Name]}"));

    private async Task<IReadOnlyDictionary<string, string>> InContainerAsync(params string[] flags) =>
        ProbeTable.Answers((await WithOpenFilesAsync(["run", "--rm", .. flags, ProbeImage.Name, "/probe", .. image.Outside])).Succeeded().Output);

    private Task<CommandResult> WithOpenFilesAsync(params string[] arguments)
    {
        Command command = image.Workspace.Command(arguments);
        return (command with { Program = "sh", Arguments = ["-c", WithOpenFiles, "sh", command.Program, .. command.Arguments] }).RunAsync();
    }

    private static async Task<IReadOnlyDictionary<string, string>> OutputAsync(string program, string[] arguments) =>
        ProbeTable.Answers((await new Command("sh", ["-c", WithOpenFiles, "sh", program, .. arguments]).RunAsync()).Succeeded().Output);

    private async Task<IReadOnlyDictionary<string, string>> InTerminalAsync(string commandLine)
    {
        Command command = image.Workspace.Command();
        return ProbeTable.Answers((await (command with { Program = "script", Arguments = ["-qefc", commandLine, "/dev/null"] }).RunAsync()).Succeeded().Output);
    }
}
