namespace Builder.Executor.Tests.Trees;

/// <summary>Needs to give files away. Where CI is set it runs, and fails, in any case.</summary>
internal sealed class RootFactAttribute : FactAttribute
{
    public RootFactAttribute()
    {
        if (Environment.UserName != "root" && Environment.GetEnvironmentVariable("CI") != "true") Skip = "needs to be root, or root of a user namespace";
    }

    /// <summary>Whether the test needs root of the machine: nobody else makes device nodes.</summary>
    public bool OfTheMachine
    {
        get => _ofTheMachine;
        set
        {
            _ofTheMachine = value;
            // user_namespaces(7): the initial namespace maps all ids to themselves.
            string[] map = File.ReadAllText("/proc/self/uid_map").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (value && map is not ["0", "0", "4294967295"]) Skip ??= "needs to be root of the machine";
        }
    }

    private bool _ofTheMachine;
}
