using Builder.EndToEnd.Tests.Harness;

namespace Builder.EndToEnd.Tests.Commands;

/// <summary>Containers in the foreground.</summary>
public sealed class RunTests
{
    [EndToEndFact]
    public async Task The_flags_change_environment_directory_user_and_entrypoint()
    {
        await using Workspace workspace = await ImageAsync();
        Assert.Equal("image command here\n", await OutputAsync(workspace, "app"));
        Assert.Equal("image other arguments\n", await OutputAsync(workspace, "app", "other", "arguments"));
        Assert.Equal("A=1 B=from-image C=3\n", await OutputAsync(workspace, "-e", "A=1", "-e", "C=3", "--entrypoint", "sh", "app", "-c", "echo A=$A B=$B C=$C"));
        Assert.Equal("/tmp\n", await OutputAsync(workspace, "-w", "/tmp", "--entrypoint", "pwd", "app"));
        Assert.Equal("/made/for/this\n", await OutputAsync(workspace, "-w", "/made/for/this", "--entrypoint", "pwd", "app"));
        Assert.Equal("1234:100\n", await OutputAsync(workspace, "-u", "1234:users", "--entrypoint", "sh", "app", "-c", "echo $(id -u):$(id -g)"));
        Assert.Equal("65534\n", await OutputAsync(workspace, "--user", "nobody", "--entrypoint", "id", "app", "-u"));
    }

    [EndToEndFact]
    public async Task A_variable_named_without_a_value_is_the_caller_s()
    {
        await using Workspace workspace = await ImageAsync();
        workspace.Environment["FROM_CALLER"] = "caller";
        Assert.Equal("caller-\n", await OutputAsync(workspace, "-e", "FROM_CALLER", "-e", "UNSET_HERE", "--entrypoint", "sh", "app", "-c", "echo $FROM_CALLER-$UNSET_HERE"));
    }

    [EndToEndFact]
    public async Task Directories_are_mounted_for_writing_and_for_reading()
    {
        await using Workspace workspace = await ImageAsync();
        string shared = Directory.CreateDirectory(workspace.PathTo("shared")).FullName;
        await File.WriteAllTextAsync(Path.Combine(shared, "in"), "in\n");
        Assert.Equal("in\n", await OutputAsync(workspace, "-v", $"{shared}:/data", "--entrypoint", "sh", "app", "-c", "cat /data/in; echo out > /data/out"));
        Assert.Equal("out\n", await File.ReadAllTextAsync(Path.Combine(shared, "out")));
        CommandResult refused = await workspace.RunAsync("run", "--rm", "-v", $"{shared}:/data:ro", "--entrypoint", "touch", "app", "/data/no");
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("Read-only file system", refused.Error, StringComparison.Ordinal);
    }

    [EndToEndFact]
    public async Task Standard_input_is_read_only_with_the_flag()
    {
        await using Workspace workspace = await ImageAsync();
        byte[] input = "piped\n"u8.ToArray();
        Assert.Equal("piped\n", (await workspace.RunWithInputAsync(input, "run", "--rm", "-i", "--entrypoint", "cat", "app")).Succeeded().Output);
        Assert.Equal("", (await workspace.RunWithInputAsync(input, "run", "--rm", "--entrypoint", "cat", "app")).Succeeded().Output);
    }

    [EndToEndFact]
    public async Task Output_and_errors_stay_apart_and_every_byte_arrives()
    {
        await using Workspace workspace = await ImageAsync();
        CommandResult result = (await workspace.RunAsync(
            "run", "--rm", "--entrypoint", "sh", "app", "-c", "echo to-error >&2; head -c 3000000 /dev/zero")).Succeeded();
        Assert.Equal("to-error\n", result.Error);
        Assert.Equal(3_000_000, result.OutputBytes.Length);
    }

    [EndToEndFact]
    public async Task With_a_terminal_the_program_sees_one()
    {
        await using Workspace workspace = await ImageAsync();
        Command inner = workspace.Command("run", "--rm", "-i", "-t", "--entrypoint", "sh", "app", "-c", "tty; stty size; test -t 0 && test -t 1 && test -t 2 && echo all three");
        string line = string.Join(' ', new[] { inner.Program }.Concat(inner.Arguments).Select(a => $"'{a}'"));
        Command outer = new("script", "-qefc", $"stty rows 33 cols 99; {line}", "/dev/null") { Environment = inner.Environment, Directory = inner.Directory };
        CommandResult result = (await outer.RunAsync()).Succeeded();
        Assert.Matches("/dev/(pts/[0-9]+|console)\r?\n33 99\r?\nall three", result.Output);
    }

    [EndToEndFact]
    public async Task A_terminal_is_refused_when_there_is_none()
    {
        await using Workspace workspace = await ImageAsync();
        CommandResult result = await workspace.RunAsync("run", "--rm", "-i", "-t", "app");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("not a TTY", result.Error, StringComparison.OrdinalIgnoreCase);
    }

    [EndToEndTheory]
    [InlineData(0, "sh", "-c", "exit 0")]
    [InlineData(42, "sh", "-c", "exit 42")]
    [InlineData(126, "/etc/passwd")]
    [InlineData(126, "/tmp")]
    [InlineData(127, "no-such-program")]
    [InlineData(127, "/no/such/program")]
    public async Task The_exit_code_is_the_program_s_or_tells_why_it_did_not_start(int expected, params string[] command)
    {
        await using Workspace workspace = new();
        await workspace.ImportBusyboxAsync();
        CommandResult result = await workspace.RunAsync(["run", "--rm", "busybox", .. command]);
        result.ExitedWith(expected);
        Assert.Equal(expected is 126 or 127, result.Error.Length > 0);
    }

    [EndToEndFact]
    public async Task Own_failures_end_with_125()
    {
        await using Workspace workspace = new();
        CommandResult missing = (await workspace.RunAsync("run", "--rm", "localhost/no-such-image")).ExitedWith(125);
        Assert.Contains("no-such-image", missing.Error, StringComparison.Ordinal);
        (await workspace.RunAsync("run", "--no-such-flag", "x")).ExitedWith(125);
    }

    [EndToEndFact]
    public async Task A_second_container_of_a_running_name_is_refused()
    {
        await using Workspace workspace = new();
        await workspace.ImportBusyboxAsync();
        using RunningCommand first = workspace.Command("run", "--rm", "-i", "--name", "taken", "busybox", "sh", "-c", "echo up; cat").Start();
        await Task.Delay(1500);
        CommandResult second = (await workspace.RunAsync("run", "--rm", "--name", "taken", "busybox", "true")).ExitedWith(125);
        Assert.Contains("taken", second.Error, StringComparison.Ordinal);
        first.CloseInput();
        (await first.WaitAsync(TimeSpan.FromSeconds(20))).Succeeded();
        (await workspace.RunAsync("run", "--rm", "--name", "taken", "busybox", "true")).Succeeded();
    }

    [EndToEndFact]
    public async Task What_a_container_writes_is_gone_with_it()
    {
        await using Workspace workspace = new();
        await workspace.ImportBusyboxAsync();
        (await workspace.RunAsync("run", "--rm", "busybox", "sh", "-c", "echo x > /written; rm /bin/arch")).Succeeded();
        (await workspace.RunAsync("run", "--rm", "busybox", "sh", "-c", "test ! -e /written && test -e /bin/arch")).Succeeded();
    }

    [EndToEndTheory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    public async Task Signals_reach_the_program(string signal, int exitCode)
    {
        await using Workspace workspace = new();
        await workspace.ImportBusyboxAsync();
        using RunningCommand running = workspace.Command(
            "run", "--rm", "busybox", "sh", "-c", $"trap 'echo got {signal}; exit {exitCode}' {signal}; echo {workspace.Token} ready; while :; do sleep 0.1; done").WithDefaultSignals().Start();
        await Task.Delay(2000);
        await Command.SignalAsync(running.Id, signal);
        CommandResult result = (await running.WaitAsync(TimeSpan.FromSeconds(15))).ExitedWith(exitCode);
        Assert.Contains($"got {signal}", result.Output, StringComparison.Ordinal);
        await workspace.AssertNothingLeftAsync();
    }

    private static Task<Workspace> ImageAsync() => Workspace.CreateAsync(async workspace =>
    {
        await workspace.ImportBusyboxAsync();
        (await workspace.BuildTextAsync(
            "FROM busybox\nENV B=from-image\nENTRYPOINT [\"echo\", \"image\"]\nCMD [\"command\", \"here\"]\n", "-t", "app")).Succeeded();
    });

    private static async Task<string> OutputAsync(Workspace workspace, params string[] arguments) =>
        (await workspace.RunAsync(["run", "--rm", .. arguments])).Succeeded().Output;
}
