using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Builder.Oci.Tar;

/// <summary>Spells and reads the records of PAX extended headers: <c>length key=value\n</c>, the length counting itself.</summary>
internal static class PaxRecords
{
    internal const string AttributePrefix = "SCHILY.xattr.";

    internal static void Append(MemoryStream output, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        int rest = key.Length + value.Length + 3;
        int length = rest + 1;
        while (rest + Digits(length) != length) length = rest + Digits(length);
        output.Write(Encoding.ASCII.GetBytes(length.ToString(CultureInfo.InvariantCulture)));
        output.WriteByte((byte)' ');
        output.Write(key);
        output.WriteByte((byte)'=');
        output.Write(value);
        output.WriteByte((byte)'\n');
    }

    /// <summary>Splits the next record off.</summary>
    internal static (ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte> Value) Next(ref ReadOnlyMemory<byte> records)
    {
        ReadOnlySpan<byte> text = records.Span;
        int space = text[..Math.Min(text.Length, 12)].IndexOf((byte)' ');
        if (space <= 0 || !Utf8Parser.TryParse(text[..space], out int length, out int consumed) || consumed != space
            || length <= space + 2 || length > text.Length || text[length - 1] != '\n')
        {
            throw new TarFormatException("a PAX record has a wrong length");
        }

        ReadOnlyMemory<byte> record = records[(space + 1)..(length - 1)];
        int equals = record.Span.IndexOf((byte)'=');
        if (equals <= 0 || record.Span[..equals].Contains((byte)0)) throw new TarFormatException("a PAX record has no key");
        records = records[length..];
        return (record[..equals], record[(equals + 1)..]);
    }

    internal static long Number(ReadOnlySpan<byte> value, string key) =>
        Utf8Parser.TryParse(value, out long number, out int consumed) && consumed == value.Length && number >= 0
            ? number
            : throw new TarFormatException($"the PAX record '{key}' is not a number");

    /// <summary>Reads <c>[-]seconds[.fraction]</c>; the fraction of a negative time counts backwards in the text, forwards in the result.</summary>
    internal static (long Seconds, int Nanoseconds) Time(ReadOnlySpan<byte> value, string key)
    {
        bool negative = value.StartsWith("-"u8);
        if (negative) value = value[1..];
        int dot = value.IndexOf((byte)'.');
        ReadOnlySpan<byte> whole = dot < 0 ? value : value[..dot];
        ReadOnlySpan<byte> fraction = dot < 0 ? [] : value[(dot + 1)..];
        if (whole.ContainsAnyExceptInRange((byte)'0', (byte)'9') || fraction.ContainsAnyExceptInRange((byte)'0', (byte)'9')
            || !Utf8Parser.TryParse(whole, out long seconds, out int _))
        {
            throw new TarFormatException($"the PAX record '{key}' is not a time");
        }

        int nanoseconds = 0;
        for (int i = 0; i < 9; i++) nanoseconds = (nanoseconds * 10) + (i < fraction.Length ? fraction[i] - '0' : 0);
        if (!negative) return (seconds, nanoseconds);
        return nanoseconds == 0 ? (-seconds, 0) : (-seconds - 1, 1_000_000_000 - nanoseconds);
    }

    internal static byte[] Time(long seconds, int nanoseconds)
    {
        string text;
        if (nanoseconds == 0) text = $"{seconds}";
        else if (seconds >= 0) text = $"{seconds}.{nanoseconds:D9}".TrimEnd('0');
        else text = $"-{-(seconds + 1)}.{1_000_000_000 - nanoseconds:D9}".TrimEnd('0');
        return Encoding.ASCII.GetBytes(text);
    }

    private static int Digits(int number) => number.ToString(CultureInfo.InvariantCulture).Length;
}
