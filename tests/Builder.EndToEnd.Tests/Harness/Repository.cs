namespace Builder.EndToEnd.Tests.Harness;

/// <summary>Where the repository and the program under test are.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>The published program: <c>BUILDER_BINARY</c>, else <c>out/builder</c>.</summary>
    public static string Binary { get; } = Environment.GetEnvironmentVariable("BUILDER_BINARY") ?? PathTo("out/builder");

    public static string PathTo(string relative) => Path.Combine(Root, relative);

    /// <summary>The directory of a case of the corpus.</summary>
    public static string Case(string name) => PathTo(Path.Combine("testdata/dockerfiles", name));

    private static string FindRoot()
    {
        for (DirectoryInfo? directory = new(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "Builder.sln")))
                return directory.FullName;
        }

        throw new InvalidOperationException($"No directory above {AppContext.BaseDirectory} holds Builder.sln.");
    }
}
