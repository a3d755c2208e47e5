using Builder.Linux.Files;
using Builder.Linux.Mounts;
using Builder.Linux.Processes;
using Builder.Linux.Terminals;
using Microsoft.Win32.SafeHandles;

namespace Builder.Sandbox.Init;

/// <summary>Gives the container a terminal of its own devpts; the session takes the master side.</summary>
internal static class ContainerTerminal
{
    public static void Open(ControlChannel control, string rootPath)
    {
        using SafeFileHandle master = File.OpenHandle(rootPath + "/dev/pts/ptmx", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        using SafeFileHandle slave = TerminalCalls.OpenSlave(master);
        control.Send(new TerminalMessage((int)master.DangerousGetHandle()).Encode());
        if (control.Receive() is null) throw new SetupException(125, "the session didn't take the terminal");
        int descriptor = (int)slave.DangerousGetHandle();
        TerminalCalls.BecomeControlling(descriptor);
        for (int standard = 0; standard <= 2; standard++) ProcessCalls.DuplicateTo(descriptor, standard);
        BindConsole(slave, rootPath);
    }

    private static void BindConsole(SafeFileHandle slave, string rootPath)
    {
        using DirectoryHandle dev = DirectoryHandle.Open(rootPath + "/dev");
        using (dev.CreateFile("console"u8, 0x190))
        {
        }

        string name = new FileInfo($"/proc/self/fd/{slave.DangerousGetHandle()}").LinkTarget ?? throw new SetupException(125, "the terminal has no name");
        using SafeFileHandle clone = MountCalls.CloneTree(null, name, recursive: false);
        using SafeFileHandle target = dev.OpenPathBeneath("console"u8, followLast: false);
        MountCalls.Attach(clone, target, "/dev/console");
    }
}
