using System.Text;
using Builder.Linux;
using Builder.Linux.Files;

namespace Builder.Sandbox.Init;

/// <summary>
/// Runs once, on the machine's own files, what will be needed after the root has changed: the runtime loads assemblies lazily, and then they
/// can't be found any more.
/// </summary>
internal static class InitWarmUp
{
    public static void Run()
    {
        _ = new SyscallException("warm-up", "", Errno.ENOENT).Message;
        _ = Environment.CurrentDirectory;
        _ = new FailedMessage(0, UnixPath.Quote(Encoding.UTF8.GetBytes("\u0001"))).Encode();
        try
        {
            throw new SetupException(0, "");
        }
        catch (SetupException)
        {
            // Throwing and catching is what had to be done once.
        }
    }
}
