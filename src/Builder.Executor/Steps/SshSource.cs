using Builder.Oci.Collections;

namespace Builder.Executor.Steps;

/// <summary>What answers a step's SSH agent socket. The set of subtypes is closed.</summary>
public abstract record SshSource;

/// <summary>An agent that runs already.</summary>
/// <param name="Path">Absolute path of its socket.</param>
public sealed record SshAgentSocket(string Path) : SshSource;

/// <summary>Private keys, for an agent of the build's own.</summary>
/// <param name="Files">Absolute paths.</param>
public sealed record SshKeyFiles(EquatableArray<string> Files) : SshSource;
