using System.Globalization;

namespace Builder.EndToEnd.Tests.Differential;

/// <summary>Random RUN instructions that succeed: they make, change, move and take away what is known to be there, and write down what they see.</summary>
/// <param name="chance">Where the choices come from.</param>
/// <param name="seed">Makes names that engines keep beyond a build unique.</param>
/// <param name="context">What can be mounted.</param>
/// <param name="stages">Stages that can be mounted.</param>
/// <param name="state">The stage's state.</param>
/// <param name="hasSpecialBits">Whether modes may have setuid, setgid and sticky bits.</param>
/// <param name="mayMakePipes">Whether no later COPY can meet a pipe: 20.10 doesn't copy them (differences.md).</param>
internal sealed class RunGenerator(Chance chance, int seed, ContextGenerator context, IReadOnlyList<StageState> stages, StageState state, bool hasSpecialBits, bool mayMakePipes)
{
    private static readonly string[] Owners = ["0:0", "1000:50", "app", "app:staff", "daemon:1001", "65534", "12:34"];
    private static readonly string[] NewDirectories = ["/d1", "/d2", "/d3", "/d1/e1", "/d1/e2", "/d2/e1/f1", "/opt/p", "/srv/q/r"];
    private static readonly string[] NewFiles = ["f1", "f2.txt", "a", "c.txt", ".f3", "f 4"];

    // Names of what steps write down are each used once, over stages too.
    private int _counter = 100 * stages.Count;

    public string Run() => chance.In100(18) && MountTarget() is { } target ? RunWithMount(target) : Spell("RUN ", Commands());

    private string[] Commands() => [.. Enumerable.Range(0, chance.Between(1, 4)).Select(_ => state.IsRoot && chance.In100(70) ? Change() : Observe())];

    private string Spell(string verb, string[] commands)
    {
        if (chance.In100(10))
            return $"{verb}[\"/bin/sh\", \"-c\", \"{string.Join(" && ", commands).Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"]";
        return verb + string.Join(chance.Pick(" && ", " && ", "; ", " \\\n  && ", " && \\\n\n", " && \\\n  # why\n  "), commands);
    }

    /// <summary>What a step writes into a file for the comparison to find; it works as any user.</summary>
    private string Observe()
    {
        string made = state.IsRoot ? Made() : "/tmp" + Made();
        return chance.Pick(
            $"env | grep -E '^(A|B|C|D|E|D_E|DIR|SUB|GLOBAL|PATH2|RICH|COLOUR|TRIGGERED|PATH|HOME)=' | sort > {made}",
            $"{{ id -u; id -g; id -G | tr ' ' '\\n' | sort -un; }} > {made}",
            $"pwd > {made}",
            $"list=$(ls -lan /) && echo \"$list\" | awk '/^[a-z-]/ && $9 !~ /^(proc|sys)$/ {{print $1,$3,$4,$9}}' > {made}",
            $"grep -E '^(Uid|Gid|Cap...|NoNewPrivs|Seccomp):' /proc/self/status > {made}",
            $"(umask && umask 077 && echo u > {made})",
            $"echo \"$A $B ${{C:-none}}\" '$D' > {made}",
            $"echo $0 $# > {made}",
            $"cat /proc/mounts | awk '$2 ~ \"^/(proc|sys|dev)\" {{print $2,$3}}' | sort -u | grep -E 'sysfs|/dev/(pts|shm|mqueue)' > {made}",
            $"cat /etc/resolv.conf | wc -l > /dev/null; cat > {made} < /dev/null");
    }

    private string Change()
    {
        string[] files = [.. state.Tree.Removable(directories: false)], directories = [.. state.Tree.Removable(directories: true)];
        return chance.Weighted(
            (10, MakeDirectory),
            (14, WriteFile),
            (4, Observe),
            (4, LinkToDirectory),
            (3, Morph),
            (3, Tree),
            (mayMakePipes ? 2 : 0, () => $"mkfifo -m {chance.Pick("600", "666")} {Made()}"),
            (files.Length > 0 ? 22 : 0, () => ChangeFile(chance.Pick(files))),
            (directories.Length > 0 ? 22 : 0, () => ChangeDirectory(chance.Pick(directories))));
    }

    private string MakeDirectory()
    {
        string path = chance.Pick(NewDirectories);
        state.Tree.AddDirectory(path);
        return chance.In100(30) ? $"mkdir -p -m {(hasSpecialBits ? chance.Pick("1777", "2755") : chance.Pick("700", "711"))} {path}" : $"mkdir -p {path}";
    }

    private string WriteFile()
    {
        string directory = chance.Pick([.. state.Tree.Directories.Where(path => path is not ("/bin" or "/sbin"))]);
        string path = $"{directory}/{chance.Pick(NewFiles)}";
        state.Tree.AddFile(path);
        // Removed first: it may be a link that leads nowhere.
        return chance.Pick($"rm -f '{path}' && echo {++_counter} > '{path}'", $"rm -f '{path}' && : > '{path}'", $"rm -f '{path}' && head -c {chance.Between(1, 70000)} /dev/zero > '{path}'");
    }

    private string LinkToDirectory()
    {
        string link = string.Create(CultureInfo.InvariantCulture, $"/lnk{++_counter}");
        state.Links.Add(link);
        string target = chance.Pick([.. state.Tree.Directories.Where(path => path is not ("/bin" or "/sbin"))]);
        return $"ln -s {(chance.In100(50) ? target : "." + target)} {link}";
    }

    /// <summary>What was a file becomes a directory, and the other way round.</summary>
    private string Morph()
    {
        const string Path = "/morph";
        if (state.Tree.Files.Contains(Path))
        {
            state.Tree.Remove(Path);
            state.Tree.AddFile(Path + "/in");
            return $"rm {Path} && mkdir {Path} && echo in > {Path}/in";
        }

        state.Tree.Remove(Path);
        state.Tree.AddFile(Path);
        return $"rm -rf {Path} && {chance.Pick($"echo out > {Path}", $"ln -s /etc/passwd {Path}")}";
    }

    private string Tree()
    {
        state.Tree.AddFile("/tree/b/c/t");
        state.Tree.AddFile("/tree/hard");
        state.MayHaveHardLinks = true;
        return "rm -rf /tree && mkdir -p /tree/a /tree/b/c && echo t > /tree/b/c/t && ln /tree/b/c/t /tree/hard && ln -s ../hard /tree/a/soft";
    }

    private string ChangeFile(string path)
    {
        string directory = chance.Pick([.. state.Tree.Directories.Where(at => at is not ("/bin" or "/sbin"))]);
        string other = $"{directory}/{chance.Pick("f5", "f6", "a")}";
        string quoted = $"'{path}'";
        return chance.Weighted(
            (5, () => Removing(path, $"rm {quoted}")),
            (4, () => path == other ? "true" : Moving(path, other, $"mv -f {quoted} '{other}'")),
            (4, () => Linking(other, $"rm -f '{other}' && ln {(path == other ? "/etc/passwd" : quoted)} '{other}'")),
            (3, () => Adding(other, $"rm -f '{other}' && cp -p {(path == other ? "/etc/passwd" : quoted)} '{other}'")),
            (3, () => $"ln -sf {chance.Pick(quoted, "nowhere", "../etc/group")} {Made()}"),
            (4, () => $"chmod {(hasSpecialBits ? chance.Pick("4755", "g+s", "6711") : chance.Pick("600", "755", "o-rwx", "0"))} {quoted}"),
            (3, () => $"chown {chance.Pick("", "-h ")}{chance.Pick(Owners)} {quoted}"),
            (3, () => $"touch -h -d '2003-04-05 06:07:08' {quoted}"),
            (3, () => $"chmod ug-s {quoted} && echo more >> {quoted}"));
    }

    private string ChangeDirectory(string path)
    {
        string moved = string.Create(CultureInfo.InvariantCulture, $"/moved{++_counter}");
        return chance.Weighted(
            (5, () => Removing(path, $"rm -rf '{path}'")),
            (5, () =>
            {
                state.Tree.Remove(path);
                state.Tree.AddFile(path + "/f1");
                return $"rm -rf '{path}' && mkdir '{path}' && echo new > '{path}/f1'";
            }
        ),
            (state.MayHaveHardLinks ? 0 : 6, () => Moving(path, moved, $"mv '{path}' {moved}")),
            (2, () =>
            {
                state.Tree.AddDirectory(moved);
                return $"cp -a '{path}' {moved}";
            }
        ),
            (3, () => $"chmod {chance.Pick("", "-R ")}{(hasSpecialBits ? chance.Pick("1777", "g+s", "2755") : chance.Pick("700", "755", "o-rx"))} '{path}'"),
            (3, () => $"chown {chance.Pick("", "-R ")}{chance.Pick(Owners)} '{path}'"),
            (2, () => $"touch -d '2004-05-06 07:08:09' '{path}'"),
            (2, () => $"find '{path}' -mindepth 1 -maxdepth 1 -type f -name '*.txt' -exec rm -f {{}} ';'; ls -A '{path}' | sort > {Made()}"));
    }

    private string Removing(string path, string command)
    {
        state.Tree.Remove(path);
        return command;
    }

    private string Moving(string path, string other, string command)
    {
        state.Tree.Move(path, other);
        return command;
    }

    private string Adding(string path, string command)
    {
        state.Tree.AddFile(path);
        return command;
    }

    private string Linking(string path, string command)
    {
        state.MayHaveHardLinks = true;
        return Adding(path, command);
    }

    /// <summary>A directory that is there, since 20.10 leaves one behind that it makes (differences.md), and that a step can do without.</summary>
    private string? MountTarget()
    {
        string[] targets = [.. state.Tree.Directories.Where(path => path is not ("/bin" or "/sbin" or "/etc" or "/tmp") && !path.Contains(' ', StringComparison.Ordinal)
            && !(state.WorkingDirectory + "/").StartsWith(path + "/", StringComparison.Ordinal))];
        return targets.Length == 0 ? null : chance.Pick(targets);
    }

    private string RunWithMount(string target)
    {
        string made = state.IsRoot ? Made() : "/tmp" + Made();
        string list = $"ls -an {target} 2> /dev/null | awk '/^[a-z-]/ {{print $1,$3,$4,$9}}' | grep -v total > {made} || true";
        string key = chance.Pick("target", "dst", "destination");
        // What is below the mount isn't always the user's to write.
        string lose = $"(echo lost > {target}/f9) 2> /dev/null || true", keep = $"(echo kept >> {target}/f9) 2> /dev/null || true";
        string id = string.Create(CultureInfo.InvariantCulture, $"seed{seed}-{chance.Between(1, 2)}");
        return chance.Weighted(
            (5, () => $"RUN --mount=type=bind,source={chance.Pick(context.HasIgnores ? [ContextGenerator.KeptDirectory] : context.Directories.Where(path => !path.Contains(' ', StringComparison.Ordinal)).ToArray())},{key}={target} {list}"),
            (2, () => $"RUN --mount={key}={target}{chance.Pick("", ",ro", ",readonly")} {list}"),
            (3, () => $"RUN --mount={key}={target},rw {lose}; {list}"),
            (4, () => $"RUN --mount=type=tmpfs,{key}={target} {lose}; {list}"),
            (4, () => $"RUN --mount=type=cache,id={id},{key}={target}{chance.Pick("", ",sharing=private", ",sharing=locked", ",mode=0711,uid=12,gid=34", ",mode=0700")} {keep}; {list}; cat {target}/f9 >> {made} 2> /dev/null || true"),
            (stages.Count > 0 ? 4 : 0, () => BindOfStage(target, key, list)),
            (2, () => $"RUN --mount=type=secret,id=none --mount=type=tmpfs,{key}={target} {list}"));
    }

    private string BindOfStage(string target, string key, string list)
    {
        StageState from = chance.Pick(stages);
        string source = from.Tree.Directories.Count > 0 && chance.In100(70) ? $",source={chance.Pick([.. from.Tree.Directories.Where(path => !path.Contains(' ', StringComparison.Ordinal))])}" : "";
        return from.Name.Length == 0
            ? $"RUN --mount=from=base,source=/etc,{key}={target} {list}"
            : $"RUN --mount=type=bind,from={from.Name}{source},{key}={target}{chance.Pick("", ",rw")} {list}";
    }

    private string Made() => string.Create(CultureInfo.InvariantCulture, $"/made{++_counter}");
}
