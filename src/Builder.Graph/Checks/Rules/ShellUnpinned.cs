using Builder.Graph.Shell;

namespace Builder.Graph.Checks.Rules;

/// <summary>Packages without a version; one check per package manager.</summary>
internal static class ShellUnpinned
{
    private static readonly string[] FilesOfPip = ["-r", "--requirement", "-e", "--editable", "-c", "--constraint"];

    public static CheckRule Apt { get; } = Rule("ShellUnpinnedApt", "apt-get", context => Run(context, Apt!, CommandOfApt, word => word.Contains('=') || IsFile(word), "name=version"));

    public static CheckRule Apk { get; } = Rule("ShellUnpinnedApk", "apk", context => Run(context, Apk!, CommandOfApk, word => word.Any(c => c is '=' or '<' or '>' or '~') || word.StartsWith('.') || IsFile(word), "name=version or name~version"));

    public static CheckRule Pip { get; } = Rule("ShellUnpinnedPip", "pip", context => Run(context, Pip!, CommandOfPip, word => word.Contains("==", StringComparison.Ordinal) || word.Contains('@') || word.Any(c => c is '<' or '>' or '~' or '!') || IsFile(word), "name==version"));

    public static CheckRule Npm { get; } = Rule("ShellUnpinnedNpm", "npm", context => Run(context, Npm!, CommandOfNpm, word => word.LastIndexOf('@') > 0 || IsFile(word), "name@version"));

    public static CheckRule Gem { get; } = Rule("ShellUnpinnedGem", "gem", context => Run(context, Gem!, CommandOfGem, word => word.Contains(':') || IsFile(word), "name:version"));

    private static CheckRule Rule(string name, string program, Action<CheckContext> run) =>
        new(name, CheckGroup.Advice, $"Packages that {program} installs have a version, so that a build gives the same tomorrow") { Run = run };

    private static void Run(CheckContext context, CheckRule rule, Func<SimpleCommand, IEnumerable<ShellWord>?> packages, Func<string, bool> isPinned, string form)
    {
        foreach (RunScript script in context.Runs)
        {
            foreach (SimpleCommand command in script.Script.AllCommands)
            {
                foreach (ShellWord word in packages(command) ?? [])
                {
                    if (!word.IsFixed || isPinned(word.Text)) continue;
                    context.Report(rule, script.SpanOf(word), $"'{word.Text}' is whatever version there is when this is built", $"write {form}");
                }
            }
        }
    }

    private static bool IsFile(string word) => word.AsSpan().IndexOfAny('/', '*') >= 0 && !word.StartsWith('@') || word.StartsWith('.') || word.EndsWith(".deb", StringComparison.Ordinal);

    private static IEnumerable<ShellWord>? CommandOfApt(SimpleCommand command) =>
        AptGet.Is(command, "install") ? Operands(command, ["-t", "--target-release", "-o", "--option", "-c"]).Skip(1) : null;

    private static IEnumerable<ShellWord>? CommandOfApk(SimpleCommand command) =>
        command.Name == "apk" && First(command) == "add" ? Operands(command, ["-t", "--virtual", "-X", "--repository", "-p", "--root"]).Skip(1) : null;

    private static IEnumerable<ShellWord>? CommandOfNpm(SimpleCommand command) =>
        command.Name == "npm" && First(command) is "install" or "i" or "add" ? Operands(command, ["--prefix", "--registry", "--cache", "-C", "--omit", "--loglevel"]).Skip(1) : null;

    private static IEnumerable<ShellWord>? CommandOfGem(SimpleCommand command)
    {
        if (command.Name != "gem" || First(command) != "install") return null;
        bool hasVersion = command.Arguments.Any(word => word.Text is "-v" or "--version" || word.Text.StartsWith("--version=", StringComparison.Ordinal));
        return hasVersion ? null : Operands(command, ["-i", "--install-dir", "-n", "--bindir", "-s", "--source", "--platform"]).Skip(1);
    }

    private static IEnumerable<ShellWord>? CommandOfPip(SimpleCommand command)
    {
        bool isModule = command.Name.StartsWith("python", StringComparison.Ordinal) && command.Arguments is [{ Text: "-m" }, { Text: "pip" }, ..];
        if (!isModule && command.Name is not ("pip" or "pip3")) return null;
        SimpleCommand pip = isModule ? command with { Words = command.Arguments[1..] } : command;
        if (First(pip) != "install" || pip.Arguments.Any(word => FilesOfPip.Contains(word.Text) || word.Text.StartsWith("-r", StringComparison.Ordinal) || word.Text.StartsWith("--requirement", StringComparison.Ordinal)))
            return null;
        return Operands(pip, ["-i", "--index-url", "--extra-index-url", "-t", "--target", "--prefix", "--root", "-f", "--find-links", "--trusted-host", "--timeout"]).Skip(1);
    }

    private static string? First(SimpleCommand command) => command.Arguments.FirstOrDefault(word => !word.Text.StartsWith('-'))?.Text;

    // The words that are neither flags nor values of flags.
    private static IEnumerable<ShellWord> Operands(SimpleCommand command, string[] flagsWithValue)
    {
        for (int i = 0; i < command.Arguments.Length; i++)
        {
            ShellWord word = command.Arguments[i];
            if (flagsWithValue.Contains(word.Text)) i++;
            else if (!word.Text.StartsWith('-')) yield return word;
        }
    }
}
