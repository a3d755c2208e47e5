using Builder.EndToEnd.Tests.Harness;

namespace Builder.EndToEnd.Tests.Registries;

/// <summary>A small image with everything that formats may lose, and an open registry for it; made once for the tests that use them.</summary>
public sealed class PushedImage : IAsyncLifetime
{
    public const string Tag = "app:latest";

    private const string Dockerfile =
        "FROM busybox\nCOPY a.txt /a.txt\nHEALTHCHECK --interval=5s CMD true\nSHELL [\"/bin/sh\", \"-ec\"]\nONBUILD RUN true\nCMD [\"cat\", \"/a.txt\"]\n";

    private Workspace? _workspace;
    private TestRegistry? _registry;

    internal Workspace Workspace => _workspace ?? throw new InvalidOperationException("made only where the tests can run");

    internal TestRegistry Registry => _registry ?? throw new InvalidOperationException("made only where the tests can run");

    public async Task InitializeAsync()
    {
        if (Requires.ReasonToSkip([Ability.Sandbox, Ability.Registry]) is not null) return;
        _registry = await TestRegistry.StartAsync();
        _workspace = NewWorkspace();
        await Workspace.ImportBusyboxAsync();
        Workspace.Write("a.txt", "a\n");
        (await Workspace.BuildTextAsync(Dockerfile, "-t", Tag)).Succeeded();
    }

    public async Task DisposeAsync()
    {
        if (_registry is not null) await _registry.DisposeAsync();
        if (_workspace is not null) await _workspace.DisposeAsync();
    }

    /// <summary>A workspace that knows nothing of the settings for registries of whoever runs the tests.</summary>
    internal static Workspace NewWorkspace()
    {
        var workspace = new Workspace();
        foreach (string name in new[] { "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR", "DOCKER_CONFIG", "REGISTRY_AUTH_FILE", "CONTAINERS_REGISTRIES_CONF", "BUILDER_REGISTRIES_CONF" })
            workspace.Environment[name] = null;
        return workspace;
    }

    /// <summary>Gives the image a name in the registry.</summary>
    internal async Task<string> NameAsync(string repositoryAndTag)
    {
        string name = $"{Registry.Host}/{repositoryAndTag}";
        (await Workspace.RunAsync("tag", Tag, name)).Succeeded();
        return name;
    }

    /// <summary>The image as an archive.</summary>
    internal async Task<string> ArchiveAsync()
    {
        string archive = Workspace.PathTo("app.tar");
        if (!File.Exists(archive)) (await Workspace.RunAsync("save", "-o", archive, Tag)).Succeeded();
        return archive;
    }
}
