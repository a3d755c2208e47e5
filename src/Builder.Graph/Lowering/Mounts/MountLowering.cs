using Builder.Graph.Lowering.Instructions;
using Builder.Graph.Lowering.Stages;
using Builder.Graph.Lowering.Values;
using Builder.Graph.Operations;
using Builder.Parser.Syntax;
using Builder.Parser.Text;

namespace Builder.Graph.Lowering.Mounts;

/// <summary>Lowers the mounts of one RUN; collects the inputs they need after the parent.</summary>
internal sealed class MountLowering(InstructionScope scope)
{
    private const string NamespaceArgument = "BUILDKIT_CACHE_MOUNT_NS";
    private readonly List<VertexId> _inputs = [];
    private int _agents;

    /// <summary>Inputs 1 and up of the vertex.</summary>
    public IReadOnlyList<VertexId> Inputs => _inputs;

    /// <summary>Lowers one mount; null after an error, which has been reported.</summary>
    public ExecMount? Lower(Word mount)
    {
        MountSettings? settings = new MountReader(scope).Read(mount);
        if (settings is null || !HasOnlyItsOwnKeys(settings, mount.Span)) return null;
        return settings.Type switch
        {
            MountType.Secret => LowerSecret(settings, mount),
            MountType.Ssh => LowerSsh(settings),
            MountType.Cache => LowerCache(settings, mount),
            MountType.Tmpfs => TargetOf(settings, mount) is { } target ? new TmpfsExecMount(target, settings.Size, settings.ReadOnly ?? false) : null,
            _ => LowerBind(settings, mount),
        };
    }

    private bool HasOnlyItsOwnKeys(MountSettings settings, SourceSpan mount)
    {
        MountType type = settings.Type;
        bool hasOwner = type is MountType.Secret or MountType.Ssh or MountType.Cache;
        (bool Wrong, string Key)[] rules =
        [
            (settings.Mode is not null && !hasOwner, "mode"),
            (settings.Uid is not null && !hasOwner, "uid"),
            (settings.Gid is not null && !hasOwner, "gid"),
            (settings.Sharing is not null && type != MountType.Cache, "sharing"),
            (settings.From is not null && type is (MountType.Secret or MountType.Ssh), "from"),
            (settings.EnvironmentName is not null && type != MountType.Secret, "env"),
            (settings.Source.Length > 0 && type == MountType.Ssh, settings.Places.ContainsKey("source") ? "source" : "src"),
        ];
        bool ok = true;
        foreach ((bool wrong, string key) in rules)
        {
            if (!wrong) continue;
            ok = false;
            scope.Error(
                "BLD2305",
                $"'{key}' is not for type={MountReader.NameOf(type)}",
                settings.Places.GetValueOrDefault(key, mount),
                "remove it");
        }

        return ok;
    }

    private BindExecMount? LowerBind(MountSettings settings, Word mount)
    {
        if (TargetOf(settings, mount) is not { } target || SourceOf(settings) is not { } source) return null;
        return new BindExecMount(target, AddInput(source), ContainerPath.BelowRoot(settings.Source), settings.ReadOnly ?? true);
    }

    private CacheExecMount? LowerCache(MountSettings settings, Word mount)
    {
        if (TargetOf(settings, mount) is not { } target) return null;
        int? input = null;
        if (settings.From is not null)
        {
            if (SourceOf(settings) is not { } source) return null;
            input = AddInput(source);
        }

        // The default id is the target as written, so that one path is one cache whatever the working directory.
        string id = settings.Id.Length > 0 ? settings.Id : ContainerPath.Clean(settings.Target);
        string cacheNamespace = scope.Context.Request.BuildArguments.GetValueOrDefault(NamespaceArgument, "");
        return new CacheExecMount(
            target,
            cacheNamespace.Length > 0 ? $"{cacheNamespace}/{id}" : id,
            settings.Sharing ?? CacheSharing.Shared,
            input,
            ContainerPath.BelowRoot(settings.Source),
            settings.Mode,
            settings.Uid,
            settings.Gid,
            settings.ReadOnly ?? false);
    }

    private SecretExecMount? LowerSecret(MountSettings settings, Word mount)
    {
        if (settings.Source.Length > 0 && settings.Id.Length > 0)
        {
            scope.Error(
                "BLD2307",
                "'id' and 'source' both name the secret",
                settings.Places.GetValueOrDefault("source", mount.Span),
                "remove one of them");
            return null;
        }

        string id = settings.Source.Length > 0 ? settings.Source : settings.Id;
        if (id.Length == 0 && settings.Target.Length == 0)
        {
            scope.Error("BLD2307", "this secret mount doesn't say which secret", mount.Span, "write id=NAME");
            return null;
        }

        if (id.Length == 0) id = ContainerPath.LastElement(settings.Target);
        string target = settings.Target;
        if (target.Length == 0 && settings.EnvironmentName is null) target = "/run/secrets/" + ContainerPath.LastElement(id);
        if (target.Length > 0) target = ContainerPath.Resolve(scope.State.WorkingDirectory, target);
        string? variable = settings.EnvironmentName is "" ? id : settings.EnvironmentName;
        int mode = settings.Mode ?? 0x100; // 0400
        return new SecretExecMount(target, id, variable, settings.Required, mode, settings.Uid ?? 0, settings.Gid ?? 0);
    }

    private SshExecMount LowerSsh(MountSettings settings)
    {
        string target = settings.Target.Length > 0
            ? ContainerPath.Resolve(scope.State.WorkingDirectory, settings.Target)
            : $"/run/buildkit/ssh_agent.{_agents}";
        _agents++;
        string id = settings.Id.Length > 0 ? settings.Id : "default";
        int mode = settings.Mode ?? 0x180; // 0600
        return new SshExecMount(target, id, settings.Required, mode, settings.Uid ?? 0, settings.Gid ?? 0);
    }

    private string? TargetOf(MountSettings settings, Word mount)
    {
        string target = ContainerPath.Resolve(scope.State.WorkingDirectory, settings.Target);
        if (target != "/") return target;
        if (settings.Target.Length == 0) scope.Error("BLD2306", "this mount has no target", mount.Span, "write target=/path");
        else scope.Error("BLD2306", "a mount can't replace the root directory", TargetPlace(settings, mount), "name a directory below it");
        return null;
    }

    private static SourceSpan TargetPlace(MountSettings settings, Word mount)
    {
        foreach (string key in (string[])["target", "dst", "destination"])
        {
            if (settings.Places.TryGetValue(key, out SourceSpan span)) return span;
        }

        return mount.Span;
    }

    // Null when the name could not be resolved, which was reported when the stages were planned.
    private VertexId? SourceOf(MountSettings settings)
    {
        if (settings.From is null) return scope.Context.BuildContext();
        FileSystemSource? source = scope.Planned.Sources.GetValueOrDefault(settings.From.Text);
        return source is null ? null : scope.Context.FileSystemOf(source, scope.Origin());
    }

    private int AddInput(VertexId input)
    {
        int known = _inputs.IndexOf(input);
        if (known >= 0) return known + 1;
        _inputs.Add(input);
        return _inputs.Count;
    }
}
