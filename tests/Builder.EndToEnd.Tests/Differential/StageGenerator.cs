using System.Globalization;
using System.Text;

namespace Builder.EndToEnd.Tests.Differential;

/// <summary>The random instructions of one stage.</summary>
internal sealed class StageGenerator(Chance chance, IReadOnlyList<string> context, IReadOnlyList<string> stages, bool hasGlobal, bool hasShell, bool hasSpecialBits)
{
    private static readonly string[] Targets = ["/", "/d", "/d/", "/d/e/f", "/d/e/", ".", "./", "x", "x/", "/opt/$A", "/opt/${B:-b}/", "/lnk", "/lnk/", "/etc/extra", "/usr/bin/"];
    private static readonly string[] Owners = ["0:0", "1000", "1000:50", "app", "app:staff", "daemon:1001", "65534", "12:34"];
    private static readonly string[] ImagePaths = ["/etc/passwd", "/etc", "/d*", "/d*/e", "/usr/bin/env", "/root", "/x*", "/op?", "/var/*", "/etc/*s*", "/tmp/../etc/group", "/bin/busybox", "/ln[k]", "/tre*", "/home"];

    // Names of files that steps make are each used once, also over stages: one may be a pipe.
    private int _counter = 100 * stages.Count;

    public void Append(StringBuilder dockerfile)
    {
        // Docker can't save an image without a layer.
        if (!hasShell)
            dockerfile.Append("COPY Dockerfile /\n");
        if (hasGlobal && chance.In100(50))
            dockerfile.Append("ARG GLOBAL\n");
        for (int i = chance.Between(3, 9); i > 0; i--)
            dockerfile.Append(Instruction()).Append('\n');
    }

    private string Instruction() => chance.Weighted(
        (30, Copy),
        (4, Add),
        (stages.Count > 0 ? 12 : 0, CopyFrom),
        (hasShell ? 28 : 0, Run),
        (8, () => chance.Pick("ENV ", "ENV  ") + MetadataGenerator.Pairs(chance, "A", "B", "C", "PATH2", "D_E")),
        (6, () => "ARG " + chance.Pick("A", "A=one", "B=two", "C=${A}three", "GLOBAL=over", "D=\"a b\" E=e")),
        (8, () => "WORKDIR " + chance.Pick("/w", "w", "/w/a b", "..", "/d", "$A", "/opt/${B}", "x/../y", "/lnk/in")),
        (hasShell ? 5 : 1, () => "USER " + chance.Pick("app", "0", "1000:50", "root", "daemon", "app:staff")),
        (12, () => MetadataGenerator.Instruction(chance)));

    private string Copy()
    {
        StringBuilder text = new("COPY ");
        string target = AppendFlags(text);
        int count = chance.Pick(1, 1, 1, 2, 3);
        string[] sources = [.. Enumerable.Range(0, count).Select(_ => ContextSource())];
        if (count > 1 && chance.In100(80) && !target.EndsWith('/'))
            target += "/";
        if (chance.In100(12))
            return text.Append('[').AppendJoin(", ", sources.Append(target).Select(word => $"\"{word}\"")).Append(']').ToString();
        return text.AppendJoin(' ', sources).Append(' ').Append(target).ToString();
    }

    private string Add() => "ADD" + Copy()[4..];

    private string CopyFrom()
    {
        StringBuilder text = new("COPY --from=");
        text.Append(chance.Pick(stages)).Append(' ');
        string target = AppendFlags(text);
        return text.Append(chance.Pick(ImagePaths)).Append(' ').Append(target).ToString();
    }

    /// <summary>Appends flags and chooses the target: with --chmod one that exists, since Docker 20.10 gives new parents another mode (differences.md).</summary>
    private string AppendFlags(StringBuilder text)
    {
        if (chance.In100(25))
            text.Append(CultureInfo.InvariantCulture, $"--chown={chance.Pick(hasShell ? Owners : Owners[..3])} ");
        if (hasSpecialBits || !chance.In100(20))
            return chance.Pick(Targets);
        text.Append(CultureInfo.InvariantCulture, $"--chmod={chance.Pick("644", "0755", "700", "0", "0777")} ");
        return hasShell ? chance.Pick("/", "/usr/bin/", "/etc/", "/root/", "/tmp/") : "/";
    }

    private string ContextSource() => chance.Weighted(
        (context.Count > 0 ? 50 : 0, () => chance.Pick(context)),
        (context.Count > 0 ? 8 : 0, () => chance.Pick(context) + "/"),
        (context.Count > 0 ? 5 : 0, () => "/../" + chance.Pick(context)),
        (8, () => chance.Pick(".", "./", "/")),
        (24, () => chance.Pick("*", "*.txt", "[a-c]*", "?", "s*", "*/*", "s*/*", "l?b", ".h*", "*.nothing", "[^a]", "l*/*.txt")),
        (1, () => "missing"));

    private string Run()
    {
        string[] commands = [.. Enumerable.Range(0, chance.Between(1, 3)).Select(_ => ShellCommand())];
        string script = string.Join("; ", commands) + "; true";
        return chance.In100(10) ? $"RUN [\"/bin/sh\", \"-c\", \"{script.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"]" : $"RUN {script}";
    }

    private string ShellCommand()
    {
        string path = chance.Pick("/d", "/d/f", "/x", "/etc/extra", "/lnk", "/tree/a", "/tree/b", "/opt/f", "/etc/passwd", "/root/r", "/tmp/t");
        string other = chance.Pick("/d/g", "/y", "/tree/c", "/etc/other", "/lnk");
        string made = string.Create(CultureInfo.InvariantCulture, $"/made{++_counter}");
        return chance.Pick(
            $"mkdir -p {path}", $"[ -p {path} ] || echo {_counter} > {path}", $"[ -p {path} ] || echo more >> {path}", $"rm -rf {path}", $"mv {path} {other}", $"cp -a {path} {other}",
            $"chmod {(hasSpecialBits ? chance.Pick("4755", "g+s", "1777") : chance.Pick("600", "755", "o-rwx"))} {path}", $"chown {chance.Pick(Owners)} {path}", $"ln -s {path} {other}", $"ln {path} {other}",
            $"ln -sfn /opt /lnk", $"mkfifo {made}", $"touch -d '2003-04-05 06:07:08' {path}", $"mkdir -p /tree/a /tree/b/c && echo t > /tree/b/c/t && ln /tree/b/c/t /tree/hard",
            $"env | grep -E '^(A|B|C|D|E|D_E|GLOBAL|PATH2|RICH|COLOUR|TRIGGERED|PATH|HOME)=' | sort > {made}", $"id -u > {made}; id -g >> {made}; id -G | tr ' ' '\\n' | sort -un >> {made}", $"pwd > {made}", $"rm -rf /etc/extra && mkdir /etc/extra",
            $"l=$(ls -lan /); echo \"$l\" | awk '{{print $1,$3,$4,$9}}' > {made}", $"cat /proc/self/status | grep -E '^(Uid|Gid|Cap...):' > {made}", "umask 077; rm -f /tmp/u; echo u > /tmp/u",
            $"echo \"$A $B ${{C:-none}}\" > {made}", $"rm -rf /d && mkdir /d && echo new > /d/new");
    }
}
