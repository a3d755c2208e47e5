using System.Text;

namespace Builder.EndToEnd.Tests.Harness;

/// <summary>What a finished process left behind.</summary>
internal sealed record CommandResult(string CommandLine, int ExitCode, byte[] OutputBytes, string Error, TimeSpan Duration)
{
    public string Output => Encoding.UTF8.GetString(OutputBytes);

    /// <summary>Standard error and output, for what may be printed on either.</summary>
    public string Everything => Error + Output;

    /// <summary>The result itself, when the process ended well; else the test fails with all the process said.</summary>
    public CommandResult Succeeded() => ExitedWith(0);

    public CommandResult ExitedWith(int exitCode)
    {
        Assert.True(ExitCode == exitCode, $"expected exit code {exitCode}, got:\n{this}");
        return this;
    }

    /// <summary>Fails when the process showed what only its programmers can use.</summary>
    public void AssertNoStackTrace()
    {
        foreach (string text in (ReadOnlySpan<string>)[Error, Output])
        {
            foreach (ReadOnlySpan<char> line in text.AsSpan().EnumerateLines())
            {
                ReadOnlySpan<char> said = line.TrimStart();
                bool isFrame = said.Length < line.Length && said.StartsWith("at ") && said.Contains('(');
                if (isFrame || line.Contains("Unhandled exception", StringComparison.Ordinal)) Assert.Fail($"a stack trace was shown:\n{this}");
            }
        }
    }

    /// <summary>The same for every command of every test: programs in containers may show traces of their own, the engine never shows one of its.</summary>
    public void AssertNoTraceOfTheEngine()
    {
        bool isShown = Error.Contains("   at Builder.", StringComparison.Ordinal)
            || Error.Contains("Unhandled exception", StringComparison.Ordinal)
            || OutputBytes.AsSpan().IndexOf("   at Builder."u8) >= 0;
        if (isShown) Assert.Fail($"a stack trace was shown:\n{this}");
    }

    public override string ToString() =>
        $"$ {CommandLine}\nexit code {ExitCode} after {Duration.TotalSeconds:F2} s\n--- standard error\n{Tail(Error)}\n--- standard output\n{Tail(Output)}";

    private static string Tail(string text) => text.Length <= 6000 ? text : "[...]" + text[^6000..];
}
