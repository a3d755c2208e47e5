using Builder.Graph.Lowering;

namespace Builder.Graph.Tests.Lowering;

public class ArgumentTests
{
    private const string Path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    [Fact]
    public void A_global_argument_names_the_base_and_the_command_line_wins()
    {
        const string Dockerfile = "ARG V=3\nARG IMAGE=alpine:$V\nFROM $IMAGE";
        Assert.Equal("alpine:3", Lowered.From(Dockerfile).Asked[0].Reference.FamiliarName);
        Assert.Equal("alpine:4", Lowered.From(Dockerfile, Lowered.Arguments(("V", "4"))).Asked[0].Reference.FamiliarName);
    }

    [Fact]
    public void A_global_argument_reaches_a_stage_only_when_declared_again()
    {
        Assert.Equal([Path, "B=", "C=1"], Lowered.From("ARG A=1\nFROM scratch\nENV B=$A\nARG A\nENV C=$A").Config.Env!.Value);
        Assert.Equal([Path, "B=2"], Lowered.From("ARG A=1\nFROM scratch\nARG A=2\nENV B=$A").Config.Env!.Value);
    }

    [Fact]
    public void An_undeclared_global_argument_gets_a_hint() =>
        Assert.Equal(
            ("UndefinedVar", "$A", "it is set above the first FROM: repeat 'ARG A' in this stage"),
            Lowered.From("ARG A=1\nFROM scratch\nLABEL l=$A").SingleWarning());

    [Fact]
    public void A_misspelt_variable_gets_the_nearest_name() =>
        Assert.Equal(("UndefinedVar", "$VERSOIN", "did you mean 'VERSION'?"), Lowered.From("FROM scratch\nENV VERSION=1\nLABEL v=$VERSOIN").SingleWarning());

    [Fact]
    public void An_argument_without_a_value_is_empty_on_purpose() =>
        Assert.Empty(Lowered.From("FROM scratch\nARG A\nLABEL l=$A").Result.Diagnostics);

    [Fact]
    public void Pairs_of_one_arg_line_see_those_before_them_but_pairs_of_an_env_line_do_not()
    {
        Assert.Contains("C=11", Lowered.From("FROM scratch\nARG A=1 B=$A$A\nENV C=$B").Config.Env!.Value);
        Assert.Equal([Path, "A=2", "B=1"], Lowered.From("FROM scratch\nENV A=1\nENV A=2 B=$A").Config.Env!.Value);
    }

    [Fact]
    public void The_later_of_arg_and_env_wins_for_run()
    {
        var lowered = Lowered.From("FROM scratch\nARG V=arg\nENV V=env\nRUN a\nARG V=again\nRUN b");
        Assert.Equal([Path, "V=env"], lowered.Runs[0].Environment);
        Assert.Equal([Path, "V=again"], lowered.Runs[1].Environment);
        Assert.Equal([Path, "V=env"], lowered.Config.Env!.Value);
    }

    [Fact]
    public void In_a_stage_built_on_another_its_env_wins_over_its_arguments_again()
    {
        var lowered = Lowered.From("FROM scratch AS a\nENV V=env\nARG V=arg W=seen\nFROM a\nRUN x");
        Assert.Equal(["W=seen", Path, "V=env"], lowered.Runs[0].Environment);
    }

    [Fact]
    public void Platform_arguments_exist_in_from_and_in_stages_that_declare_them()
    {
        Func<LoweringRequest, LoweringRequest> options = request => request with { TargetPlatform = new("linux", "arm", "v7"), Target = "T" };
        var lowered = Lowered.From("FROM scratch AS t\nARG TARGETPLATFORM TARGETARCH TARGETVARIANT BUILDARCH BUILDVARIANT TARGETSTAGE\nRUN x", options);
        Assert.Equal(
            [Path, "TARGETPLATFORM=linux/arm/v7", "TARGETARCH=arm", "TARGETVARIANT=v7", "BUILDARCH=amd64", "BUILDVARIANT=", "TARGETSTAGE=T"],
            lowered.Runs[0].Environment);
    }

    [Fact]
    public void Platform_arguments_can_be_overridden() =>
        Assert.Contains("A=riscv64", Lowered.From("FROM scratch\nARG TARGETARCH\nENV A=$TARGETARCH", Lowered.Arguments(("TARGETARCH", "riscv64"))).Config.Env!.Value);

    [Fact]
    public void A_default_that_is_not_used_can_not_fail()
    {
        const string Dockerfile = "FROM scratch\nARG A=${B:?needed}\nENV C=$A";
        Assert.Equal("BLD2104", Lowered.From(Dockerfile).SingleError().Code);
        Assert.Contains("C=1", Lowered.From(Dockerfile, Lowered.Arguments(("A", "1"))).Config.Env!.Value);
    }

    [Fact]
    public void Undeclared_build_arguments_are_not_seen() =>
        Assert.Equal([Path], Lowered.From("FROM scratch\nRUN x", Lowered.Arguments(("A", "1"))).Runs[0].Environment);

    [Fact]
    public void Proxy_arguments_work_undeclared_in_both_cases_and_leave_no_history()
    {
        var lowered = Lowered.From("FROM scratch\nRUN x", Lowered.Arguments(("http_proxy", "p:1"), ("NO_PROXY", "a,b"), ("https_proxy", "")));
        Assert.Equal(["HTTP_PROXY=p:1", "http_proxy=p:1", "NO_PROXY=a,b", "no_proxy=a,b"], lowered.Runs[0].ProxyEnvironment);
        Assert.Equal([Path], lowered.Runs[0].Environment);
        Assert.Equal(["RUN /bin/sh -c x # buildkit"], lowered.History);
    }

    [Fact]
    public void Variables_too_long_for_any_command_are_refused_once()
    {
        string doubling = string.Concat(Enumerable.Range(0, 30).Select(i => $"ENV A{i + 1}=$A{i}$A{i}\n"));
        Assert.Contains("BLD2212", Lowered.From("FROM scratch\nENV A0=0123456789\n" + doubling).Errors.Select(d => d.Code));
    }

    [Theory]
    [InlineData("FROM scratch\nENV A=0123456789012345", "LABEL l=$A", "")]
    [InlineData("FROM scratch\nENV A=0123456789012345", "RUN x", "")]
    [InlineData("FROM scratch\nENV A=0123456789012345", "COPY $A $A $A $A $A /", "")]
    [InlineData("ARG A=0123456789012345", "ARG B=$A", "FROM scratch")]
    public void A_file_that_grows_beyond_all_bounds_is_refused(string first, string repeated, string last)
    {
        string doubling = string.Concat(Enumerable.Repeat($"{first.Split('\n')[^1].Split(' ')[0]} A=$A$A\n", 15));
        string dockerfile = $"{first}\n{doubling}{string.Concat(Enumerable.Repeat(repeated + "\n", 200))}{last}";
        Assert.Equal("BLD2214", Assert.Single(Lowered.From(dockerfile).Errors).Code);
    }

    [Theory]
    [InlineData("LABEL a=${B:=x}", "BLD2103")]
    [InlineData("LABEL a=${B", "BLD2102")]
    [InlineData("USER \"x", "BLD2101")]
    public void Faults_of_expansion_are_reported(string line, string code) => Assert.Equal(code, Lowered.From("FROM scratch\n" + line).SingleError().Code);

    [Fact]
    public void All_faults_of_one_line_and_of_all_lines_are_reported() =>
        Assert.Equal(4, Lowered.From("FROM scratch\nENV A=${B:?1} C=${D:?2}\nCOPY ${E:?3} ${F:?4}").Errors.Count());
}
