namespace Builder.EndToEnd.Tests.Differential;

/// <summary>What a generator knows at one point of a stage.</summary>
internal sealed class StageState
{
    /// <summary>How other instructions call the stage.</summary>
    public string Name { get; private set; } = "";

    public required ImageModel Tree { get; init; }

    /// <summary>Whether steps can be run.</summary>
    public required bool HasShell { get; init; }

    /// <summary>Whether steps run as root: else it isn't known what they manage to do.</summary>
    public bool IsRoot { get; set; } = true;

    /// <summary>Whether a directory may hold several names of one file: moving it keeps them in Docker only (differences.md).</summary>
    public bool MayHaveHardLinks { get; set; }

    public string WorkingDirectory { get; set; } = "/";

    /// <summary>Variables whose values are known and can be parts of paths.</summary>
    public Dictionary<string, string> PathVariables { get; private init; } = new(StringComparer.Ordinal);

    /// <summary>Arguments that were declared: 20.10 lists one in the history as often as it is declared (differences.md).</summary>
    public HashSet<string> Arguments { get; private init; } = new(StringComparer.Ordinal);

    /// <summary>Symbolic links at the top of the tree that lead to directories.</summary>
    public List<string> Links { get; private init; } = [];

    public static StageState OfScratch() => new() { Tree = ImageModel.Empty(), HasShell = false };

    public static StageState OfBase() => new() { Tree = ImageModel.OfBaseImage(), HasShell = true };

    /// <summary>The image that has everything an image can hand down.</summary>
    public static StageState OfRich()
    {
        StageState state = new() { Tree = ImageModel.OfBaseImage(), HasShell = true, IsRoot = false, WorkingDirectory = "/srv/rich" };
        state.Tree.AddDirectory("/srv/rich");
        return state;
    }

    /// <summary>The state a stage begins with that is built on this one.</summary>
    public StageState Child() => new()
    {
        Tree = Tree.Copy(),
        HasShell = HasShell,
        IsRoot = IsRoot,
        MayHaveHardLinks = MayHaveHardLinks,
        WorkingDirectory = WorkingDirectory,
        PathVariables = new Dictionary<string, string>(PathVariables, StringComparer.Ordinal),
        Arguments = new HashSet<string>(Arguments, StringComparer.Ordinal),
        Links = [.. Links],
    };

    public StageState Named(string name)
    {
        Name = name;
        return this;
    }

    /// <summary>Changes the working directory as WORKDIR does.</summary>
    public void ChangeDirectory(string path)
    {
        WorkingDirectory = Path.GetFullPath(path, WorkingDirectory) is ['/', .. { Length: > 0 } rest] ? "/" + rest.TrimEnd('/') : "/";
        Tree.AddDirectory(WorkingDirectory);
    }
}
