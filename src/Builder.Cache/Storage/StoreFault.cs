using Builder.Linux;

namespace Builder.Cache.Storage;

/// <summary>Turns what the file system reports into what the store's user can act on.</summary>
internal static class StoreFault
{
    /// <summary>Whether an exception comes from the file system (and not from a mistake in this program).</summary>
    internal static bool IsStorageError(Exception error) => error is IOException or UnauthorizedAccessException;

    /// <summary>Whether a file or directory isn't there.</summary>
    internal static bool IsMissing(Exception error) =>
        error is FileNotFoundException or DirectoryNotFoundException or SyscallException { Errno: Errno.ENOENT };

    /// <summary>Says what failed, where and why, in the words of the operating system.</summary>
    internal static StoreException Explain(string action, string path, Exception error) => new(
        ErrnoOf(error) switch
        {
            Errno.ENOSPC => $"{action}: no space left on device: '{path}'",
            Errno.EDQUOT => $"{action}: the disk quota is used up: '{path}'",
            Errno.EROFS => $"{action}: the file system is read-only: '{path}'",
            Errno.EACCES or Errno.EPERM => $"{action}: no permission: '{path}' ({error.Message})",
            _ => $"{action}: '{path}': {error.Message}",
        },
        error);

    // On Unix the framework keeps the error number in HResult; access errors wrap the exception that has it.
    private static int ErrnoOf(Exception error) => error switch
    {
        SyscallException call => call.Errno,
        UnauthorizedAccessException => error.InnerException is IOException inner ? inner.HResult : Errno.EACCES,
        FileNotFoundException or DirectoryNotFoundException => Errno.ENOENT,
        _ => error.HResult,
    };
}
