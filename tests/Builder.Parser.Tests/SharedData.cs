namespace Builder.Parser.Tests;

/// <summary>Finds test data that lies outside the repository.</summary>
internal static class SharedData
{
    /// <summary>The folder of the corpus: from the environment, else <c>shared/data</c> beside the repository or further up.</summary>
    public static string Root
    {
        get
        {
            string? configured = Environment.GetEnvironmentVariable("BUILDER_SHARED_DATA");
            if (!string.IsNullOrEmpty(configured)) return configured;
            string beside = Path.GetFullPath(Path.Combine(RepositoryRoot, "..", "shared", "data"));
            for (string? above = RepositoryRoot; (above = Path.GetDirectoryName(above)) is not null;)
            {
                string candidate = Path.Combine(above, "shared", "data");
                if (Directory.Exists(Path.Combine(candidate, "dockerfiles"))) return candidate;
            }

            return beside;
        }
    }

    /// <summary>Why tests of the data can't run, or null.</summary>
    public static string? ReasonToSkip =>
        Directory.Exists(Root) || Environment.GetEnvironmentVariable("BUILDER_SHARED_DATA") is { Length: > 0 }
            ? null
            : $"no test data at {Root}; set BUILDER_SHARED_DATA";

    /// <summary>The folder of the solution.</summary>
    public static string RepositoryRoot
    {
        get
        {
            string? directory = AppContext.BaseDirectory;
            while (directory is not null && !File.Exists(Path.Combine(directory, "Builder.sln"))) directory = Path.GetDirectoryName(directory);
            return directory ?? throw new InvalidOperationException($"no solution above {AppContext.BaseDirectory}");
        }
    }
}

/// <summary>A test that needs the data: skipped where there is none, but not where the environment promises it.</summary>
internal sealed class SharedDataFactAttribute : FactAttribute
{
    public SharedDataFactAttribute() => Skip = SharedData.ReasonToSkip;
}

/// <summary>The same for a theory.</summary>
internal sealed class SharedDataTheoryAttribute : TheoryAttribute
{
    public SharedDataTheoryAttribute() => Skip = SharedData.ReasonToSkip;
}
