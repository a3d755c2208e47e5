using Builder.Linux.Processes;
using Builder.Sandbox.Init;
using Microsoft.Win32.SafeHandles;

namespace Builder.Sandbox;

/// <summary>The other way into the program: as the init of a container. To be asked first of all in Main.</summary>
public static class SandboxEntry
{
    internal const string InitArgument = "container-init";

    /// <summary>Whether the program was started as a container init; if so, does its work.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="exitCode">What to exit with.</param>
    public static bool TryRun(IReadOnlyList<string> arguments, out int exitCode)
    {
        exitCode = 0;
        if (arguments is not [InitArgument]) return false;
        ProcessCalls.SetCloseOnExec(ContainerInit.ControlDescriptor);
        using var control = new ControlChannel(new SafeFileHandle(ContainerInit.ControlDescriptor, ownsHandle: true));
        exitCode = new ContainerInit(control).Run();
        return true;
    }
}
