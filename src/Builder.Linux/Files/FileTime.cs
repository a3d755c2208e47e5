namespace Builder.Linux.Files;

/// <summary>A time stamp as the kernel keeps it.</summary>
/// <param name="Seconds">Since 1970; negative before.</param>
/// <param name="Nanoseconds">0 to 999,999,999, always forward from <paramref name="Seconds"/>.</param>
public readonly record struct FileTime(long Seconds, int Nanoseconds) : IComparable<FileTime>
{
    public static bool operator <(FileTime left, FileTime right) => left.CompareTo(right) < 0;

    public static bool operator <=(FileTime left, FileTime right) => left.CompareTo(right) <= 0;

    public static bool operator >(FileTime left, FileTime right) => left.CompareTo(right) > 0;

    public static bool operator >=(FileTime left, FileTime right) => left.CompareTo(right) >= 0;

    /// <summary>This time, or the given one when this is later.</summary>
    public FileTime AtMost(FileTime? latest) => latest is { } limit && limit < this ? limit : this;

    /// <inheritdoc/>
    public int CompareTo(FileTime other)
    {
        int seconds = Seconds.CompareTo(other.Seconds);
        return seconds != 0 ? seconds : Nanoseconds.CompareTo(other.Nanoseconds);
    }
}
