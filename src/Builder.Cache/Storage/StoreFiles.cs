using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Builder.Linux.Files;

namespace Builder.Cache.Storage;

/// <summary>Small files of the store: replaced whole, read with a limit.</summary>
internal static class StoreFiles
{
    private const int CopyBuffer = 1;

    /// <summary>Reads a whole file.</summary>
    /// <exception cref="StoreException">It is larger than the limit.</exception>
    internal static byte[] ReadSmall(string path, int limit)
    {
        using FileStream file = OpenSmall(path, limit);
        byte[] content = new byte[file.Length];
        file.ReadExactly(content);
        return content;
    }

    /// <summary>Opens a whole file for reading; nothing is buffered.</summary>
    /// <exception cref="StoreException">It is larger than the limit.</exception>
    internal static FileStream OpenSmall(string path, int limit)
    {
        FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, CopyBuffer);
        if (file.Length <= limit) return file;
        file.Dispose();
        throw new StoreException($"'{path}' is larger than {limit} bytes");
    }

    /// <summary>Reads a small JSON file; null when it is missing, too large or damaged.</summary>
    internal static T? ReadJson<T>(string path, JsonTypeInfo<T> type, int limit)
        where T : class
    {
        try
        {
            return SealedJson.Read(ReadSmall(path, limit), type);
        }
        catch (Exception error) when (error is JsonException or StoreException || StoreFault.IsStorageError(error))
        {
            return null;
        }
    }

    /// <summary>Replaces a small JSON file in one step, sealed so that damage is noticed.</summary>
    internal static void ReplaceJson<T>(StoreOwner owner, string path, T value, JsonTypeInfo<T> type, bool durable) =>
        Replace(owner, path, SealedJson.Write(value, type), durable);

    /// <summary>Replaces a file in one step. What is durable survives a power cut; the rest survives the death of this process only.</summary>
    internal static void Replace(StoreOwner owner, string path, byte[] content, bool durable) => Replace(owner, path, file => file.Write(content), durable);

    /// <summary>The same for what is written by parts.</summary>
    internal static void Replace(StoreOwner owner, string path, Action<Stream> write, bool durable)
    {
        string temporary = owner.NewTemporaryPath();
        try
        {
            WriteNew(temporary, write, durable);
            File.Move(temporary, path, overwrite: true);
            if (durable) FileSync.Directory(Path.GetDirectoryName(path)!);
        }
        catch (Exception error) when (StoreFault.IsStorageError(error))
        {
            Leftovers.TryRemove(temporary);
            throw StoreFault.Explain("can't write", path, error);
        }
    }

    /// <summary>Writes a file that must not exist yet.</summary>
    internal static void WriteNew(string path, byte[] content, bool durable) => WriteNew(path, file => file.Write(content), durable);

    private static void WriteNew(string path, Action<Stream> write, bool durable)
    {
        FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite };
        using FileStream file = new(path, options);
        write(file);
        if (durable) file.Flush(flushToDisk: true);
    }

    /// <summary>Removes all files of a directory but those written last. Somebody else may be doing the same.</summary>
    /// <param name="directory">Nothing but files that can be done without.</param>
    /// <param name="count">How many stay.</param>
    /// <param name="bytes">What those that stay have at most in all.</param>
    internal static void KeepLatest(string directory, int count, long bytes = long.MaxValue)
    {
        long size = 0;
        int number = 0;
        foreach (FileInfo file in new DirectoryInfo(directory).EnumerateFiles().OrderByDescending(f => f.LastWriteTimeUtc).ToList())
        {
            try
            {
                if (++number > count || (size += file.Length) > bytes) file.Delete();
            }
            catch (FileNotFoundException)
            {
                // Gone since it was listed: so be it.
            }
        }
    }
}
