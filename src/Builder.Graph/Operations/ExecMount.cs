namespace Builder.Graph.Operations;

/// <summary>A <c>RUN --mount</c>. The set of subtypes is closed.</summary>
/// <param name="Target">Absolute path in the container.</param>
public abstract record ExecMount(string Target);

/// <summary>type=bind.</summary>
/// <param name="Target">Absolute path in the container.</param>
/// <param name="InputIndex">The vertex input that is mounted.</param>
/// <param name="Source">Path below that input's root.</param>
/// <param name="ReadOnly">When false, writes are allowed and discarded.</param>
public sealed record BindExecMount(string Target, int InputIndex, string Source, bool ReadOnly) : ExecMount(Target);

/// <summary>type=cache.</summary>
/// <param name="Target">Absolute path in the container.</param>
/// <param name="CacheId">Already with its namespace.</param>
/// <param name="Sharing">Who may use it at once.</param>
/// <param name="InputIndex">What seeds it, or null.</param>
/// <param name="Source">Path below the seed's root, and below that of the cache.</param>
/// <param name="Mode">Permission bits when first made, or null for the default.</param>
/// <param name="Uid">Owner when first made, or null for the default.</param>
/// <param name="Gid">Group when first made, or null for the default.</param>
/// <param name="ReadOnly">Mounted read-only.</param>
public sealed record CacheExecMount(
    string Target, string CacheId, CacheSharing Sharing, int? InputIndex, string Source, int? Mode, int? Uid, int? Gid, bool ReadOnly) : ExecMount(Target);

/// <summary>How a cache mount is shared between steps that run at once.</summary>
public enum CacheSharing
{
    Shared,
    Private,
    Locked,
}

/// <summary>type=tmpfs.</summary>
/// <param name="Target">Absolute path in the container.</param>
/// <param name="SizeBytes">Null for no limit.</param>
/// <param name="ReadOnly">Mounted read-only.</param>
public sealed record TmpfsExecMount(string Target, long? SizeBytes, bool ReadOnly = false) : ExecMount(Target);

/// <summary>type=secret.</summary>
/// <param name="Target">File path in the container, or empty when only a variable is set.</param>
/// <param name="Id">Names the secret.</param>
/// <param name="EnvironmentName">Variable to set, or null.</param>
/// <param name="Required">A missing secret fails the step.</param>
/// <param name="Mode">Permission bits.</param>
/// <param name="Uid">Owner.</param>
/// <param name="Gid">Group.</param>
public sealed record SecretExecMount(string Target, string Id, string? EnvironmentName, bool Required, int Mode, int Uid, int Gid) : ExecMount(Target);

/// <summary>type=ssh.</summary>
/// <param name="Target">Socket path in the container.</param>
/// <param name="Id">Names the agent.</param>
/// <param name="Required">A missing agent fails the step.</param>
/// <param name="Mode">Permission bits.</param>
/// <param name="Uid">Owner.</param>
/// <param name="Gid">Group.</param>
public sealed record SshExecMount(string Target, string Id, bool Required, int Mode, int Uid, int Gid) : ExecMount(Target);

/// <summary>A script of the Dockerfile mounted as an executable file (RUN with one here-document that begins with <c>#!</c>).</summary>
/// <param name="Target">File path in the container.</param>
/// <param name="Content">The script.</param>
public sealed record ScriptExecMount(string Target, string Content) : ExecMount(Target);
