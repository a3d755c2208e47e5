using Builder.Sandbox.Plans;

namespace Builder.Sandbox.Tests.Running;

public sealed class PlanCheckTests
{
    private static readonly SandboxProcess Process = new() { Arguments = ["true"], Environment = [] };

    public static TheoryData<string, SandboxProcess> Cases => new()
    {
        { "the command of the container has a zero byte: 'a\\x00b'", Process with { Arguments = ["sh", "a\0b"] } },
        { "the environment of the container has a zero byte: 'A=\\x00'", Process with { Environment = ["A=\0"] } },
        { "the working directory of the container has a zero byte: '/a\\x00'", Process with { WorkingDirectory = "/a\0" } },
        { "the user of the container has a zero byte: '0\\x00:0'", Process with { User = "0\0:0" } },
        { $"the user of the container has a zero byte: '{new string('x', 80)}...'", Process with { User = new string('x', 9000) + "\0" } },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_zero_byte_in_what_an_image_says_is_refused_by_name(string message, SandboxProcess process)
    {
        var plan = new SandboxPlan { Root = new DirectoryRoot("/no/such"), Process = process };
        SandboxException e = await Assert.ThrowsAsync<SandboxException>(() => new SandboxRunner(null).RunAsync(plan, new InheritedIo(false), CancellationToken.None));
        Assert.Equal((message, 125), (e.Message, e.ExitCode));
    }
}
