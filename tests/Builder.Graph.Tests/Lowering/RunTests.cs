using Builder.Graph.Lowering;
using Builder.Graph.Operations;

namespace Builder.Graph.Tests.Lowering;

public class RunTests
{
    [Fact]
    public void A_shell_form_goes_to_the_shell_as_one_text_and_is_not_expanded()
    {
        ExecOperation run = Lowered.From("FROM scratch\nENV A=1\nRUN echo $A && \\\n  make").Runs[0];
        Assert.Equal(["/bin/sh", "-c", "echo $A &&   make"], run.Arguments);
    }

    [Fact]
    public void A_step_has_a_bounded_number_of_mounts()
    {
        string mounts = string.Join(" \\\n", Enumerable.Range(0, 1025).Select(i => $"--mount=type=tmpfs,target=/m{i}"));
        Assert.Contains(Lowered.From($"FROM scratch\nRUN {mounts} true").Errors, d => d.Code == "BLD2219" && d.Message == "RUN has more than 1024 mounts");
    }

    [Fact]
    public void Triggers_and_variables_without_end_are_an_error_and_not_hours()
    {
        Assert.NotEmpty(Lowered.From("FROM scratch\n" + string.Concat(Enumerable.Repeat("ONBUILD RUN x\n", 30_000))).Errors);
        Assert.NotEmpty(Lowered.From("FROM scratch\nENV " + string.Join(" \\\n", Enumerable.Range(0, 200_000).Select(i => $"A{i}=b"))).Errors);
    }

    [Fact]
    public void An_exec_form_is_taken_as_it_is() =>
        Assert.Equal(["echo", "$A", "b c"], Lowered.From("FROM scratch\nRUN [\"echo\", \"$A\", \"b c\"]").Runs[0].Arguments);

    [Fact]
    public void The_shell_of_the_line_above_is_used_and_that_of_the_base_before_it()
    {
        var lowered = Lowered.From("FROM base\nRUN a\nSHELL [\"/bin/x\", \"-e\"]\nRUN b", images: ("base", Lowered.Image(new() { Shell = ["/bin/bash", "-c"] })));
        Assert.Equal(["/bin/bash", "-c", "a"], lowered.Runs[0].Arguments);
        Assert.Equal(["/bin/x", "-e", "b"], lowered.Runs[1].Arguments);
    }

    [Fact]
    public void User_directory_and_hosts_are_those_in_force()
    {
        var lowered = Lowered.From("FROM scratch\nUSER 1:2\nWORKDIR /a\nWORKDIR b\nRUN x", request => request with { ExtraHosts = ["h=1.2.3.4"] });
        Assert.Equal(("1:2", "/a/b"), (lowered.Runs[0].User, lowered.Runs[0].WorkingDirectory));
        Assert.Equal(["h=1.2.3.4"], lowered.Runs[0].ExtraHosts);
        Assert.Equal([new("/a", "1:2"), new MakeDirectoryOperation("/a/b", "1:2")], lowered.Chain.OfType<MakeDirectoryOperation>());
    }

    [Theory]
    [InlineData("", NetworkMode.None)]
    [InlineData("--network=default ", NetworkMode.None)]
    [InlineData("--network=host ", NetworkMode.Host)]
    [InlineData("--network=none ", NetworkMode.None)]
    public void The_network_of_the_command_line_is_for_runs_that_name_none(string flag, NetworkMode expected) =>
        Assert.Equal(expected, Lowered.From($"FROM scratch\nRUN {flag}x", request => request with { Network = NetworkMode.None, Entitlements = [Entitlement.HostNetwork] }).Runs[0].Network);

    [Theory]
    [InlineData("--network=hots", "BLD2208", "hots", "did you mean 'host'?")]
    [InlineData("--network=bridge", "BLD2208", "bridge", "write default, none or host")]
    [InlineData("--network=host", "BLD2215", "host", "add --allow network.host (or --network host) to the command line")]
    [InlineData("--security=insecure", "BLD2404", "insecure", "add --allow security.insecure to the command line")]
    [InlineData("--security=sandbx", "BLD2209", "sandbx", "did you mean 'sandbox'?")]
    [InlineData("--device=vendor.com/gpu=0,required", "BLD2403", "vendor.com/gpu=0,required", "without ',required' it runs without the device")]
    [InlineData("--device=vendor.com/gpu,requird", "BLD2218", "vendor.com/gpu,requird", "write --device=vendor/class=name, with ',required' behind it where the step can't do without")]
    public void Flags_that_can_not_be_obeyed_are_pointed_at(string flag, string code, string culprit, string? hint) =>
        Assert.Equal((code, culprit, hint), Lowered.From($"FROM scratch\nRUN {flag} x").SingleError());

    [Theory]
    [InlineData("vendor.com/gpu")]
    [InlineData("vendor.com/gpu=*,required=false")]
    [InlineData("name=vendor.com/gpu=all")]
    public void A_step_that_only_wishes_for_a_device_runs_without_it_and_is_told(string device)
    {
        var lowered = Lowered.From($"FROM scratch\nRUN --device={device} x");
        Assert.Equal(("BLD2405", device, null), lowered.SingleWarning());
        Assert.Equal("x", lowered.Runs[0].Arguments[^1]);
    }

    [Fact]
    public void The_machine_has_the_name_of_the_build_argument() =>
        Assert.Equal("box", Lowered.From("FROM scratch\nRUN x", Lowered.Arguments(("BUILDKIT_SANDBOX_HOSTNAME", "box"))).Runs[0].Hostname);

    [Fact]
    public void The_host_network_of_the_command_line_grants_what_it_is() =>
        Assert.Equal(NetworkMode.Host, Lowered.From("FROM scratch\nRUN --network=host x", request => request with { Network = NetworkMode.Host }).Runs[0].Network);

    [Fact]
    public void Security_insecure_needs_its_entitlement() =>
        Assert.True(Lowered.From("FROM scratch\nRUN --security=Insecure x", request => request with { Entitlements = [Entitlement.Insecure] }).Runs[0].Insecure);

    [Fact]
    public void Security_sandbox_is_the_default() => Assert.False(Lowered.From("FROM scratch\nRUN --security=sandbox x").Runs[0].Insecure);

    [Fact]
    public void A_heredoc_alone_is_the_script()
    {
        ExecOperation run = Lowered.From("FROM scratch\nSHELL [\"/bin/ash\", \"-ec\"]\nRUN <<EOF\necho $A\necho b\nEOF\n").Runs[0];
        Assert.Equal(["/bin/ash", "-ec", "echo $A\necho b\n"], run.Arguments);
        Assert.Empty(run.Mounts);
    }

    [Fact]
    public void A_heredoc_with_an_interpreter_is_mounted_as_a_file()
    {
        var lowered = Lowered.From("FROM scratch\nRUN <<-'PY'\n\t#!/usr/bin/python\n\tprint(1)\n\tPY\n");
        ExecOperation run = lowered.Runs[0];
        Assert.Equal(["/bin/sh", "-c", "/dev/pipes/PY"], run.Arguments);
        Assert.Equal(new ScriptExecMount("/dev/pipes/PY", "#!/usr/bin/python\nprint(1)\n"), Assert.Single(run.Mounts));
        Assert.Equal("[1/1] RUN <<-'PY' (#!/usr/bin/python...)", lowered.Labels[^1]);
        Assert.Equal(["RUN /bin/sh -c /dev/pipes/PY # buildkit"], lowered.History);
    }

    [Fact]
    public void A_heredoc_with_other_words_is_left_to_the_shell()
    {
        ExecOperation run = Lowered.From("FROM scratch\nRUN cat <<A - <<-\"B\" > /x\na\nA\n\tb\n\tB\n").Runs[0];
        Assert.Equal(["/bin/sh", "-c", "cat <<A - <<-\"B\" > /x\na\nA\n\tb\nB"], run.Arguments);
    }

    [Fact]
    public void The_label_of_a_one_line_heredoc_shows_it() =>
        Assert.Equal("[1/1] RUN <<E (make)", Lowered.From("FROM scratch\nrun <<E\nmake\nE\n").Labels[^1]);
}
