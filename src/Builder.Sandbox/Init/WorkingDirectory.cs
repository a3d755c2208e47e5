using System.Runtime.InteropServices;
using Builder.Linux;
using Builder.Linux.Files;

namespace Builder.Sandbox.Init;

/// <summary>The directory a program starts in; made when it is missing, as Docker does.</summary>
internal static class WorkingDirectory
{
    private const int DirectoryMode = 0x1ED;

    /// <summary>Makes sure it is there.</summary>
    /// <param name="root">The container's root; links resolve inside.</param>
    /// <param name="path">Absolute path in the container.</param>
    /// <param name="user">Who owns what is made.</param>
    /// <exception cref="SetupException">It can't be one.</exception>
    public static void Ensure(DirectoryHandle root, string path, ContainerUser user)
    {
        try
        {
            Make(root, path, user);
        }
        catch (SyscallException e) when (e.Errno == Errno.ELOOP)
        {
            throw new SetupException(125, $"the working directory {path} leads through a descriptor or in a circle");
        }
        catch (SyscallException e) when (e.Errno == Errno.ENOTDIR)
        {
            throw new SetupException(126, $"the working directory {path} can't be made: what it would be in is not a directory");
        }
        catch (SyscallException e)
        {
            throw new SetupException(126, $"the working directory {path} can't be made: {Marshal.GetPInvokeErrorMessage(e.Errno)}");
        }
    }

    private static void Make(DirectoryHandle root, string path, ContainerUser user)
    {
        if (root.TryStatBeneath(UnixPath.Encode(path), followLast: true, out FileStatus status))
        {
            if (status.Type != FileType.Directory) throw new SetupException(126, $"the working directory {path} is not a directory");
            return;
        }

        string soFar = "";
        foreach (string name in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            using DirectoryHandle parent = root.OpenDirectoryBeneath(UnixPath.Encode(soFar));
            soFar += "/" + name;
            if (root.TryStatBeneath(UnixPath.Encode(soFar), followLast: true, out _)) continue;
            byte[] bytes = UnixPath.Encode(name);
            parent.MakeDirectory(bytes, DirectoryMode);
            parent.SetOwner(bytes, user.Uid, user.Gid);
        }
    }
}
