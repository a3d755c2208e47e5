using System.Text;
using Builder.Linux;
using Builder.Linux.Files;
using Builder.Linux.Identity;
using Builder.Linux.Mounts;
using Builder.Linux.Namespaces;
using Builder.Linux.Processes;
using Builder.Sandbox.Plans;

namespace Builder.Sandbox.Init;

/// <summary>
/// Pid 1 of a container until it becomes the container's program. It was started in namespaces of its own and carries out a plan; whatever goes
/// wrong is said over the control channel. It never returns to managed life: it executes the program or exits.
/// </summary>
internal sealed class ContainerInit(ControlChannel control)
{
    private const int GroupAndOthersCannotWrite = 0x12;
    private const int LongestMessage = 1000;

    public const int ControlDescriptor = 3;

    /// <summary>Does it all.</summary>
    /// <returns>An exit code; reached on failure only.</returns>
    public int Run()
    {
        try
        {
            InitWarmUp.Run();
            (SandboxPlan plan, bool terminal, byte[]? filter) = PlanCodec.Decode(control.Receive() ?? throw new SetupException(125, "the session gave no plan"));
            Start(plan, terminal, filter);
            return 125;
        }
        catch (SetupException e)
        {
            return Fail(e.ExitCode, e.Message, e.Hint);
        }
        catch (SandboxException e)
        {
            return Fail(e.ExitCode, e.Message);
        }
        catch (SyscallException e)
        {
            return Fail(125, e.Message);
        }
        catch (Exception e)
        {
            // The runtime would print its trace where the container's own errors go.
            return Fail(125, $"the container can't be set up: {e.GetType().Name}: {e.Message}");
        }
    }

    private int Fail(int exitCode, string message, string? hint = null)
    {
        control.Send(new FailedMessage(exitCode, Shown(message), hint).Encode());
        return exitCode;
    }

    // Names in it are the image's: of any length, and with whatever a terminal obeys.
    private static string Shown(string message) =>
        UnixPath.Quote(Encoding.UTF8.GetBytes(message.Length > LongestMessage ? message[..LongestMessage] + "..." : message));

    private void Start(SandboxPlan plan, bool terminal, byte[]? filter)
    {
        ProcessCalls.StartSession();
        CredentialCalls.JoinNewKeyring();
        ProcessCalls.SetUmask(0);

        // Only now is this process in its own control group, which is to be the topmost that the container sees.
        NamespaceCalls.Unshare(NamespaceKinds.ControlGroup);
        MountCalls.Mount(null, "/", null, MountFlags.Private | MountFlags.Recursive);
        var mounts = new PlanMounts(plan);
        string rootPath = RootMounter.Mount(plan.Root);
        ContainerUser user;
        string program;
        using (DirectoryHandle root = DirectoryHandle.Open(rootPath))
        {
            StubReport stubs = MountAll(plan, root, rootPath, mounts);
            if (terminal) ContainerTerminal.Open(control, rootPath);
            user = UserLookup.Resolve(root, plan.Process.User, plan.Process.ExtraGroups);
            WorkingDirectory.Ensure(root, plan.Process.WorkingDirectory, user);
            control.Send(new PreparedMessage(stubs).Encode());
            program = ProgramLookup.Find(root, plan.Process);
            if (plan.ReadOnlyRoot) MountCalls.SetAttributes(root.Handle, MountAttributes.ReadOnly, recursive: false, "/");
        }

        Become(plan, filter, program, user, rootPath);
    }

    private static StubReport MountAll(SandboxPlan plan, DirectoryHandle root, string rootPath, PlanMounts mounts)
    {
        var targets = new MountTargets(root, rootPath);
        mounts.MakeFiles(targets);
        StandardMounts.MountProc(targets);
        StandardMounts.MountDev(targets, plan);
        StandardMounts.MountSys(targets, plan.Network);
        StandardMounts.MountControlGroups(root);
        mounts.Attach(targets);
        Shields.Raise(root, plan.Security);
        return targets.Stubs;
    }

    // From the change of the root on nothing may be done here that hasn't been done before: see InitWarmUp.
    private static void Become(SandboxPlan plan, byte[]? filter, string program, ContainerUser user, string rootPath)
    {
        SandboxProcess process = plan.Process;
        string[] environment = process.Environment.Any(v => v.StartsWith("HOME=", StringComparison.Ordinal))
            ? [.. process.Environment]
            : [.. process.Environment, "HOME=" + user.Home];
        int[] capabilities = [.. plan.Security.Capabilities];
        int[] groups = [.. user.Groups];
        ResourceLimit[] limits = ResourceLimits.Of(plan);
        NamespaceCalls.SetHostName(plan.Hostname);
        if (plan.Network == SandboxNetwork.None) NamespaceCalls.BringLoopbackUp();
        Pivot(rootPath);
        NamespaceCalls.ChangeDirectory(process.WorkingDirectory);
        ProcessCalls.SetUmask(GroupAndOthersCannotWrite);

        // As long as this is the namespace's root: afterwards only a process that can't gain privileges might set a filter, and setuid programs are to work.
        if (plan.Security.NoNewPrivileges) CredentialCalls.ForbidNewPrivileges();
        if (filter is not null) CredentialCalls.FilterSystemCalls(filter);
        CredentialCalls.LimitBoundingSet(capabilities);
        CredentialCalls.SwitchTo(user.Uid, user.Gid, groups);

        // For another user than root, the switch has emptied permitted and effective set already, and they must stay so.
        CredentialCalls.SetCapabilities(user.Uid == 0 ? capabilities : []);
        VerifyWorkingDirectory();
        foreach (ResourceLimit limit in limits) ProcessCalls.LimitResource(limit.Resource, limit.Soft, limit.Hard);
        ProcessCalls.ResetSignals();
        ProcessCalls.CloseOnExecFrom(ControlDescriptor);
        int errno = ProcessCalls.Execute(program, process.Arguments, environment);
        throw new SetupException(errno == Errno.ENOENT ? 127 : 126, $"exec: \"{program}\": {Describe(errno)}");
    }

    private static void Pivot(string root)
    {
        NamespaceCalls.ChangeDirectory(root);
        MountCalls.PivotRoot(".", ".");
        MountCalls.Detach(".");
        NamespaceCalls.ChangeDirectory("/");
    }

    private static string Describe(int errno) => errno switch
    {
        Errno.ENOENT => "no such file or directory",
        Errno.EACCES => "permission denied",
        Errno.ENOEXEC => "exec format error",
        Errno.E2BIG => "arguments and environment are larger than the kernel takes",
        Errno.ENAMETOOLONG => "file name too long",
        _ => new SyscallException("execve", "", errno).Message,
    };

    // A directory that was reached through a leaked descriptor has no path inside the root: getcwd(3) says so.
    private static void VerifyWorkingDirectory()
    {
        string path = Environment.CurrentDirectory;
        if (!path.StartsWith('/')) throw new SetupException(125, "the working directory is outside of the container's root");
    }
}
