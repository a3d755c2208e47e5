using Builder.Oci.Images;

namespace Builder.Cli;

/// <summary>What a command ends with; the values are docker's, and for registries those of sysexits.h.</summary>
/// <param name="Value">The process exit code.</param>
internal readonly record struct ExitCode(int Value)
{
    public static readonly ExitCode Success = new(0);

    /// <summary>The work failed: a build, a missing image ...</summary>
    public static readonly ExitCode Failure = new(1);

    /// <summary>A registry has no such image.</summary>
    public static readonly ExitCode RegistryNotFound = new(66);

    /// <summary>A registry can't be reached or is in trouble: another try later may work.</summary>
    public static readonly ExitCode RegistryUnavailable = new(69);

    /// <summary>What a registry sent is not what it should be.</summary>
    public static readonly ExitCode RegistryInvalid = new(76);

    /// <summary>A registry wants a login, or another one.</summary>
    public static readonly ExitCode RegistryDenied = new(77);

    /// <summary>The command line was wrong, or <c>run</c> could not do its own part.</summary>
    public static readonly ExitCode Refused = new(125);

    /// <summary>The program of a container can't be executed.</summary>
    public static readonly ExitCode NotExecutable = new(126);

    /// <summary>The program of a container does not exist.</summary>
    public static readonly ExitCode NotFound = new(127);

    /// <summary>What a problem with a registry ends with.</summary>
    public static ExitCode Of(ImageSourceProblem problem) => problem switch
    {
        ImageSourceProblem.NotFound => RegistryNotFound,
        ImageSourceProblem.Unavailable => RegistryUnavailable,
        ImageSourceProblem.Denied => RegistryDenied,
        _ => RegistryInvalid,
    };

    /// <summary>Ended by Ctrl-C.</summary>
    public static readonly ExitCode Interrupted = new(130);
}
