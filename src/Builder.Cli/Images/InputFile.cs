namespace Builder.Cli.Images;

/// <summary>Opens files that the command line names.</summary>
internal static class InputFile
{
    /// <summary>Opens a file for reading.</summary>
    /// <param name="path">Absolute.</param>
    /// <param name="shown">As typed.</param>
    /// <exception cref="CommandException">It can't be.</exception>
    public static FileStream Open(string path, string shown)
    {
        if (Directory.Exists(path)) throw new CommandException($"{shown} is a directory");
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        }
        catch (FileNotFoundException e)
        {
            throw new CommandException($"no such file: {shown}", inner: e);
        }
        catch (DirectoryNotFoundException e)
        {
            throw new CommandException($"no such file: {shown}", inner: e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new CommandException($"can't read {shown}: permission denied", inner: e);
        }
    }
}
