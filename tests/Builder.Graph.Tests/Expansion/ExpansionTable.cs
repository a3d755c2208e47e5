namespace Builder.Graph.Tests.Expansion;

/// <summary>Finds the table, which lies outside the repository.</summary>
internal static class ExpansionTable
{
    private const string Name = "expansion.txt";

    /// <summary>The table: where the environment says, else in <c>shared/data</c> beside the repository or further up.</summary>
    public static string File => Configured is not null ? Path.Combine(Configured, Name) : Find();

    /// <summary>Why the table can't be tested, or null; where the environment promises it, it can.</summary>
    public static string? ReasonToSkip =>
        Configured is not null || System.IO.File.Exists(File) ? null : $"no table at {File}; set BUILDER_SHARED_DATA";

    private static string? Configured =>
        Environment.GetEnvironmentVariable("BUILDER_SHARED_DATA") is { Length: > 0 } configured ? configured : null;

    private static string Find()
    {
        for (string? above = RepositoryRoot(); (above = Path.GetDirectoryName(above)) is not null;)
        {
            string candidate = Path.Combine(above, "shared", "data", Name);
            if (System.IO.File.Exists(candidate)) return candidate;
        }

        return Path.GetFullPath(Path.Combine(RepositoryRoot(), "..", "shared", "data", Name));
    }

    private static string RepositoryRoot()
    {
        string? directory = AppContext.BaseDirectory;
        while (directory is not null && !System.IO.File.Exists(Path.Combine(directory, "Builder.sln"))) directory = Path.GetDirectoryName(directory);
        return directory ?? throw new InvalidOperationException($"no solution above {AppContext.BaseDirectory}");
    }
}

/// <summary>A test that needs the table.</summary>
internal sealed class ExpansionTableFactAttribute : FactAttribute
{
    public ExpansionTableFactAttribute() => Skip = ExpansionTable.ReasonToSkip;
}
