using Builder.EndToEnd.Tests.Differential;

namespace Builder.EndToEnd.Tests.Warm;

/// <summary>Makes a project in a directory and edits it at random, as people do and as only an enemy would.</summary>
internal sealed class ProjectEditor(Chance chance, string directory)
{
    private static readonly string[] Directories = ["a", "b", "c"];
    private static readonly DateTime LongAgo = new(2021, 3, 4, 5, 6, 7, DateTimeKind.Utc);

    private const int ManyFiles = 80;

    private int _names;

    public Project Project { get; private set; } = new();

    /// <summary>The first state.</summary>
    public void Create()
    {
        foreach (string name in Directories)
        {
            for (int i = chance.Between(1, 3); i > 0; i--) AddFile(name);
        }

        // Enough for a COPY to keep what it copied before.
        for (int i = chance.In100(50) ? ManyFiles : 0; i > 0; i--) AddFile(Directories[0]);
        for (int i = chance.Between(2, 4); i > 0; i--) AddStage();
        Save();
    }

    /// <summary>One edit, of files or of the Dockerfile; tells which.</summary>
    public string Edit()
    {
        string done = chance.Weighted(
            (4, ChangeContent), (4, ReplaceUnseen), (2, Touch), (2, ChangeMode), (2, () => AddFile(chance.Pick(Directories))), (2, RemoveFile), (1, MoveFile), (1, SwapFiles),
            (1, MakeLink), (2, SwapStages), (2, RenameStage), (2, AddStep), (2, RemoveStep), (1, SwapSteps), (1, AddStage), (1, ChangeIgnored), (1, () => "nothing"));
        Save();
        return done;
    }

    private void Save()
    {
        File.WriteAllText(Path.Combine(directory, "Dockerfile"), Project.Write());
        File.WriteAllText(Path.Combine(directory, ".dockerignore"), string.Join('\n', ["Dockerfile", ".dockerignore", .. Project.Ignored]));
    }

    private string AddFile(string place)
    {
        string path = Path.Combine(place, $"f{_names++}");
        Directory.CreateDirectory(Path.Combine(directory, place));
        File.WriteAllText(Path.Combine(directory, path), Content());
        if (chance.In100(50)) File.SetLastWriteTimeUtc(Path.Combine(directory, path), LongAgo);
        return $"added {path}";
    }

    private string ChangeContent() => WithFile("changed", path => File.WriteAllText(path, Content() + Content()));

    // Same size, same mtime: only the kernel's own time of change tells.
    private string ReplaceUnseen() => WithFile("replaced unseen", path =>
    {
        DateTime time = File.GetLastWriteTimeUtc(path);
        byte[] content = File.ReadAllBytes(path);
        content[chance.Between(0, content.Length - 1)] ^= 1;
        string written = chance.In100(50) ? path : path + ".new";
        File.WriteAllBytes(written, content);
        if (written != path) File.SetUnixFileMode(written, File.GetUnixFileMode(path));
        File.SetLastWriteTimeUtc(written, time);
        if (written != path) File.Move(written, path, overwrite: true);
    });

    private string Touch() => WithFile("touched", path => File.SetLastWriteTimeUtc(path, DateTime.UtcNow));

    private string ChangeMode() => WithFile("chmod", path => File.SetUnixFileMode(path, File.GetUnixFileMode(path) ^ UnixFileMode.UserExecute));

    private string RemoveFile() => Files().Count > Directories.Length ? WithFile("removed", File.Delete) : "nothing";

    private string MoveFile() => WithFile("moved", path => File.Move(path, Path.Combine(directory, chance.Pick(Directories), $"f{_names++}")));

    private string SwapFiles()
    {
        string one = chance.Pick(Files()), other = chance.Pick(Files());
        if (one == other) return "nothing";
        File.Move(one, one + ".swap");
        File.Move(other, one);
        File.Move(one + ".swap", other);
        return $"swapped {Short(one)} and {Short(other)}";
    }

    private string MakeLink() => WithFile("made a link to", path => File.CreateSymbolicLink(Path.Combine(Path.GetDirectoryName(path)!, $"l{_names++}"), Path.GetFileName(path)));

    private string SwapStages()
    {
        List<Stage> stages = Project.Stages;
        int at = chance.Between(0, stages.Count - 2);
        if (stages[at + 1].Needs.Contains(stages[at])) return "nothing";
        (stages[at], stages[at + 1]) = (stages[at + 1], stages[at]);
        return "swapped two stages";
    }

    private string RenameStage()
    {
        Stage stage = chance.Pick(Project.Stages);
        stage.Name = $"s{_names++}";
        return $"renamed a stage to {stage.Name}";
    }

    private string AddStage()
    {
        Stage? parent = Project.Stages.Count > 0 && chance.In100(30) ? chance.Pick(Project.Stages) : null;
        var stage = new Stage($"s{_names++}", parent, parent?.RunsCommands ?? chance.In100(30));
        for (int i = chance.Between(1, 3); i > 0; i--) stage.Steps.Add(NewStep(stage, Project.Stages.Count));
        Project.Stages.Add(stage);
        return "added a stage";
    }

    private string AddStep()
    {
        Stage stage = chance.Pick(Project.Stages);
        stage.Steps.Insert(chance.Between(0, stage.Steps.Count), NewStep(stage, Project.Stages.IndexOf(stage)));
        return $"added a step to {stage.Name}";
    }

    private string RemoveStep()
    {
        Stage stage = chance.Pick(Project.Stages);
        if (stage.Steps.Count < 2) return "nothing";
        stage.Steps.RemoveAt(chance.Between(0, stage.Steps.Count - 1));
        return $"removed a step of {stage.Name}";
    }

    private string SwapSteps()
    {
        Stage stage = chance.Pick(Project.Stages);
        if (stage.Steps.Count < 2) return "nothing";
        (stage.Steps[0], stage.Steps[1]) = (stage.Steps[1], stage.Steps[0]);
        return $"swapped two steps of {stage.Name}";
    }

    private string ChangeIgnored()
    {
        if (Project.Ignored.Count > 0 && chance.In100(50)) Project.Ignored.Clear();
        else Project.Ignored.Add($"{chance.Pick(Directories)}/f*{chance.Between(0, 9)}");
        return "changed the ignore file";
    }

    // Nothing in it depends on the time or on chance, and what is missing is no error.
    private Step NewStep(Stage stage, int earlierStages)
    {
        string place = chance.Pick(Directories), target = chance.Pick("/out/", "/out/x/", "/other/");
        Stage? from = earlierStages > 0 ? Project.Stages[chance.Between(0, earlierStages - 1)] : null;
        return chance.Between(0, 9) switch
        {
            0 or 1 or 2 when from is not null => new Step($"COPY --from={{0}} /ou[t] {target}", from),
            3 or 4 or 5 when stage.RunsCommands && from is not null && chance.In100(50) =>
                new Step($"RUN --mount=type=bind,from={{0}},target=/m mkdir -p /out && ls -R /m/out /m/other 2> /dev/null > /out/list{chance.Between(0, 3)} || true", from),
            3 or 4 or 5 when stage.RunsCommands => new Step($"RUN --mount=type=bind,source={place},target=/m mkdir -p /out && cat /m/f* 2> /dev/null > /out/all{chance.Between(0, 3)} || true"),
            6 => new Step($"COPY --chmod={chance.Pick("600", "a+x")} {place} {target}"),
            7 => new Step($"COPY --chown={chance.Between(0, 3)}:1 {place} {target}"),
            8 => new Step($"COPY --link {place} {target}"),
            _ => new Step($"COPY {place} {target}"),
        };
    }

    private string WithFile(string what, Action<string> change)
    {
        string path = chance.Pick(Files());
        change(path);
        return $"{what} {Short(path)}";
    }

    private string Short(string path) => Path.GetRelativePath(directory, path);

    private List<string> Files() =>
    [
        .. Directories.SelectMany(d => Directory.Exists(Path.Combine(directory, d)) ? Directory.GetFiles(Path.Combine(directory, d), "f*") : []).Order(StringComparer.Ordinal),
    ];

    private string Content() => $"{chance.Between(0, 9)}{chance.Between(0, 9)}\n";
}
