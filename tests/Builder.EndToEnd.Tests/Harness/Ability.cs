namespace Builder.EndToEnd.Tests.Harness;

/// <summary>What a machine may lack.</summary>
public enum Ability
{
    /// <summary>User namespaces with id ranges, and a published program: every end-to-end test needs these.</summary>
    Sandbox,

    /// <summary>Effective uid 0.</summary>
    Root,

    /// <summary>dockerd 20.10 or later and the right to start it.</summary>
    Docker,

    /// <summary>mmdebstrap, or a Debian base made earlier.</summary>
    Debian,

    Git,

    /// <summary>gcc and the C library to link with.</summary>
    Compiler,

    /// <summary>docker-registry, a real registry.</summary>
    Registry,

    Skopeo,

    /// <summary>podman, and the right to keep a store of its own.</summary>
    Podman,

    /// <summary>ssh-agent, ssh-add and ssh-keygen, and what a Debian base needs.</summary>
    Ssh,

    /// <summary>sshd, and ssh with its tools.</summary>
    SshServer,

    Umoci,
}
