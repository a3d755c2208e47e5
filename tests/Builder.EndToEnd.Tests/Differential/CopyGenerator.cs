using System.Globalization;
using System.Text;

namespace Builder.EndToEnd.Tests.Differential;

/// <summary>Random COPY and ADD instructions whose sources are there and whose targets can take them.</summary>
internal sealed class CopyGenerator(Chance chance, ContextGenerator context, IReadOnlyList<StageState> stages, StageState state, bool hasSpecialBits)
{
    private static readonly string[] Owners = ["0:0", "1000", "1000:50", "app", "app:staff", "daemon:1001", "65534", "12:34"];
    private static readonly string[] NewDirectories = ["/d1", "/d2", "/d3", "/d1/e1", "/d1/e2", "/d2/e1/f1", "/opt/p", "/srv/q/r"];
    private static readonly string[] NewFiles = ["f1", "f2.txt", "a", "c.txt", ".f3"];

    public string Copy() => Copy("COPY ");

    public string Add()
    {
        if (context.Archives.Count == 0 || chance.In100(35))
            return Copy("ADD ");
        // Not with --chown: 20.10 doesn't give it to what is unpacked (differences.md).
        string archive = chance.Pick(context.Archives);
        state.MayHaveHardLinks = true;
        string target = DirectoryTarget(mustExist: false);
        return Text("ADD ", "", [PathSpelling.OfContext(chance, archive, isDirectory: false)], target);
    }

    public string CopyFrom()
    {
        int index = chance.Between(-1, stages.Count - 1);
        StageState from = index < 0 ? StageState.OfBase() : stages[index];
        string name = index < 0 ? "base" : chance.In100(25) || from.Name.Length == 0 ? index.ToString(CultureInfo.InvariantCulture) : chance.In100(15) ? from.Name.ToUpperInvariant() : from.Name;
        string verb = $"COPY --from={name} ";
        int kind = chance.Between(0, 99);
        string flags = Flags(out bool targetMustExist);
        state.MayHaveHardLinks |= from.MayHaveHardLinks;
        if (kind < 45 && from.Tree.Files.Count > 0)
            return CopyFile(verb, flags, chance.Pick(from.Tree.Files), targetMustExist, source => source);
        if (kind < 80 && from.Tree.Directories.Count > 0)
            return Text(verb, flags, [chance.Pick(from.Tree.Directories) + chance.Pick("", "", "/", "/.")], DirectoryTarget(targetMustExist));
        string[] patterns = ["/d*", "/e*/*s*", "/d*/e*", "/srv*", "/made*", "/*/f*.txt", "/etc/passw?", "/none*"];
        return Text(verb, flags, [chance.Pick(from.HasShell ? patterns : ["/d*", "/none*"])], DirectoryTarget(targetMustExist, tracked: false) is var target && target.EndsWith('/') ? target : target + "/");
    }

    private string Copy(string verb)
    {
        string flags = Flags(out bool targetMustExist);
        state.MayHaveHardLinks |= context.HasHardLinks || context.Archives.Count > 0;
        int kind = chance.Between(0, 99);
        if (kind < 40)
            return CopyFile(verb, flags, chance.Pick(context.Files), targetMustExist, source => PathSpelling.OfContext(chance, source, isDirectory: false));
        if (kind < 60)
            return Text(verb, flags, [PathSpelling.OfContext(chance, chance.Pick(context.Directories), isDirectory: true)], DirectoryTarget(targetMustExist));
        if (kind < 68)
            return Text(verb, flags, [chance.Pick(".", "./", "/", "..")], DirectoryTarget(targetMustExist));
        string[] sources = kind < 84 && !(verb == "ADD " && flags.Length > 0)
            ? [chance.Pick(context.Patterns)]
            : [.. Enumerable.Range(0, chance.Between(2, 3)).Select(_ => chance.In100(60) ? (chance.Pick(context.Files), false) : (chance.Pick(context.Directories), true))
                .Select(source => PathSpelling.OfContext(chance, source.Item1, source.Item2))];
        // A pattern may match nothing; then nothing is made.
        string target = DirectoryTarget(targetMustExist, tracked: sources.Length > 1);
        return Text(verb, flags, sources, target.EndsWith('/') ? target : target + "/");
    }

    /// <summary>A file goes into a directory, or gets a name.</summary>
    private string CopyFile(string verb, string flags, string source, bool targetMustExist, Func<string, string> spell)
    {
        string directory = DirectoryTarget(targetMustExist, tracked: false);
        string target = directory.EndsWith('/') ? directory : directory + "/";
        bool isLink = state.Links.Contains(directory.TrimEnd('/'));
        string name = Path.GetFileName(source);
        if (chance.In100(45))
            target += name = chance.Pick(NewFiles);
        else if (state.Tree.IsDirectory(directory.TrimEnd('/')) && chance.In100(30))
            target = directory;
        if (!isLink)
            state.Tree.AddFile((directory == "/" ? "" : directory.TrimEnd('/')) + "/" + name);
        return Text(verb, flags, [spell(source)], target);
    }

    /// <summary>With --chmod the target is there, since 20.10 gives new parents another mode (differences.md).</summary>
    private string Flags(out bool targetMustExist)
    {
        StringBuilder text = new();
        if (chance.In100(25))
            text.Append(CultureInfo.InvariantCulture, $"--chown={chance.Pick(state.HasShell ? Owners : Owners[..3])} ");
        targetMustExist = !hasSpecialBits && chance.In100(20);
        if (targetMustExist)
            text.Append(CultureInfo.InvariantCulture, $"--chmod={chance.Pick("644", "0755", "700", "0", "0777")} ");
        return text.ToString();
    }

    private string DirectoryTarget(bool mustExist, bool tracked = true)
    {
        if (state.Links.Count > 0 && chance.In100(15))
            return chance.Pick(state.Links) + chance.Pick("", "/");
        string[] existing = [.. state.Tree.Directories.Where(path => path is not ("/bin" or "/sbin")), "/"];
        string path = mustExist || chance.In100(45) ? chance.Pick(existing) : chance.Pick(NewDirectories);
        if (tracked)
            state.Tree.AddDirectory(path);
        return path == "/" ? path : path + chance.Pick("", "/");
    }

    private string Text(string verb, string flags, IReadOnlyList<string> sources, string target)
    {
        string spelled = PathSpelling.OfImage(chance, state, target);
        string[] words = [.. sources, spelled];
        return words.Any(word => word.Contains(' ', StringComparison.Ordinal)) || chance.In100(10)
            ? $"{verb}{flags}[{string.Join(", ", words.Select(word => $"\"{word.Replace("\\", "\\\\", StringComparison.Ordinal)}\""))}]"
            : $"{verb}{flags}{string.Join(chance.Pick(" ", " ", "  "), words)}";
    }
}
