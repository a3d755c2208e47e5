using Builder.Cache;
using Builder.Cache.History;
using Builder.Executor.Explaining;
using Builder.Executor.Keys;
using Builder.Graph.Operations;
using Builder.Oci;

namespace Builder.Executor.Tests.Explaining;

/// <summary>Two records of a step, and the reasons in the order people want them.</summary>
public sealed class StepComparisonTests : IDisposable
{
    private static readonly ExecOperation Run = new() { Arguments = ["make"], Environment = ["A=1", "B=1"], WorkingDirectory = "/" };
    private static readonly CopyOperation Copy = new() { Sources = ["a"], Destination = "/a" };

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("builder-compare-");

    [Fact]
    public void A_step_names_its_own_settings_before_what_it_stands_on() => Assert.Equal(
        ["command changed from 'make' to 'make all'", "environment variable B was removed", "parent step base changed"],
        Differences(Run, "1", Run with { Arguments = ["make", "all"], Environment = ["A=1"] }, "2"));

    [Fact]
    public void Values_of_variables_are_never_shown()
    {
        IReadOnlyList<string> differences = Differences(Run with { Environment = ["TOKEN=secret1"] }, "1", Run with { Environment = ["TOKEN=secret2"] }, "1");

        Assert.Equal(["environment variable TOKEN changed"], differences);
    }

    [Fact]
    public void A_variable_that_comes_from_the_command_line_is_a_build_argument() =>
        Assert.Equal(["build argument A changed"], Differences(Run, "1", Run with { Environment = ["A=2", "B=1"] }, "1", arguments: ["A"]));

    [Fact]
    public void Variables_in_another_order_are_named_as_such() =>
        Assert.Equal(["the order of its variables changed"], Differences(Run, "1", Run with { Environment = ["B=1", "A=1"] }, "1"));

    [Fact]
    public void Absent_and_empty_are_told_apart() =>
        Assert.Equal(["--chown changed from nothing to ''"], Differences(Copy, "1", Copy with { Chown = "" }, "1"));

    [Fact]
    public void Equal_steps_have_no_difference() => Assert.Empty(Differences(Run, "1", Run, "1"));

    [Fact]
    public void Files_of_which_no_list_is_kept_are_still_named_as_the_reason()
    {
        StepRecord before = Record(Copy, InputIdentity.Key(Of("1")), InputIdentity.Content(Of("old"), Of("list 1")));
        StepRecord now = Record(Copy, InputIdentity.Key(Of("1")), InputIdentity.Content(Of("new"), Of("list 2")));

        Assert.StartsWith("the files it reads differ", Assert.Single(Differences(before, now)), StringComparison.Ordinal);
    }

    public void Dispose() => _directory.Delete(recursive: true);

    private IReadOnlyList<string> Differences(Operation before, string parentBefore, Operation now, string parentNow, params string[] arguments) => Differences(
        Record(before, InputIdentity.Key(Of(parentBefore))) with { BuildArguments = [.. arguments] },
        Record(now, InputIdentity.Key(Of(parentNow))) with { BuildArguments = [.. arguments] });

    private IReadOnlyList<string> Differences(StepRecord before, StepRecord now)
    {
        using BuilderStore store = BuilderStore.Open(Path.Combine(_directory.FullName, "store"), TimeProvider.System);
        StepRecord parent = Record(new ScratchOperation()) with { Label = "base", Inputs = [] }, context = Record(new ContextOperation("context")) with { Kind = "context", Inputs = [] };
        return new StepComparison([parent, context, now], [parent, context, before], [0, 1, 2], store.Manifests, _ => null).Differences(2);
    }

    private static StepRecord Record(Operation operation, params InputIdentity[] inputs) =>
        new("step", "step", "stage", 1, "text", StepVerdict.Executed, [0, 1], OperationKeys.Of(operation, inputs), OperationKeys.Of(operation, inputs));

    private static Digest Of(string text) => Digest.Sha256(System.Text.Encoding.UTF8.GetBytes(text));
}
