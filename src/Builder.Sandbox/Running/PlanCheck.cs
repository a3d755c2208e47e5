using Builder.Linux.Files;
using Builder.Sandbox.Plans;

namespace Builder.Sandbox.Running;

/// <summary>Refuses what no system call takes: an image's config may have zero bytes wherever it has text.</summary>
internal static class PlanCheck
{
    private const int LongestShown = 80;

    /// <summary>Looks through a plan.</summary>
    /// <exception cref="SandboxException">A text of it has a zero byte.</exception>
    public static void Check(SandboxPlan plan)
    {
        SandboxProcess process = plan.Process;
        Check("the command", process.Arguments);
        Check("the environment", process.Environment);
        Check("the working directory", [process.WorkingDirectory]);
        Check("the user", [process.User, .. process.ExtraGroups]);
        Check("the place of a mount", plan.Mounts.Select(m => m.Target));
    }

    private static void Check(string what, IEnumerable<string> texts)
    {
        if (texts.FirstOrDefault(t => t.Contains('\0', StringComparison.Ordinal)) is not { } text) return;
        string shown = text.Length > LongestShown ? text[..LongestShown] + "..." : text;
        throw new SandboxException($"{what} of the container has a zero byte: '{UnixPath.Quote(System.Text.Encoding.UTF8.GetBytes(shown))}'", 125);
    }
}
