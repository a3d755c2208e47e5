using Builder.Executor.Contexts;
using Builder.Graph.Operations;
using Builder.Linux.Files;

namespace Builder.Executor.Copying;

/// <summary>Carries out WORKDIR.</summary>
internal static class DirectoryMaker
{
    private const int Mode = 0x1ED;

    /// <summary>Makes the directory and those above it where they are missing; an existing one stays as it is.</summary>
    /// <exception cref="OperationException">Something else has its name, or the user is unknown.</exception>
    public static void Make(DirectoryHandle root, MakeDirectoryOperation operation)
    {
        using var destination = new DestinationTree(root);
        TreePath path = destination.Resolve(operation.Path);
        if (destination.IsDirectory(path)) return;
        destination.EnsureDirectory(path, FileOwner.ParseUser(operation.User, () => AccountDatabase.Load(root)), Mode);
    }
}
