using System.Buffers;
using System.Runtime.InteropServices;

namespace Builder.Oci;

/// <summary>An operating system and processor (OCI image-spec, image-index.md), normalised: amd64, arm64 (no variant), arm/v7 ...</summary>
/// <param name="Os">Such as <c>linux</c>.</param>
/// <param name="Architecture">GOARCH value, such as <c>amd64</c>.</param>
/// <param name="Variant">Such as <c>v7</c>, or null.</param>
public sealed record Platform(string Os, string Architecture, string? Variant = null)
{
    private static readonly SearchValues<char> NameCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789_-.");

    /// <summary>The platform this process runs on.</summary>
    public static Platform Current { get; } = RuntimeInformation.ProcessArchitecture switch
    {
        System.Runtime.InteropServices.Architecture.X64 => new("linux", "amd64"),
        System.Runtime.InteropServices.Architecture.Arm64 => new("linux", "arm64"),
        System.Runtime.InteropServices.Architecture.Arm => new("linux", "arm", "v7"),
        System.Runtime.InteropServices.Architecture other => new("linux", other.ToString().ToLowerInvariant()),
    };

    /// <summary>The platform that a config or descriptor states in parts.</summary>
    public static Platform Of(string os, string architecture, string? variant) =>
        Normalise(os.ToLowerInvariant(), architecture.ToLowerInvariant(), string.IsNullOrEmpty(variant) ? null : variant.ToLowerInvariant());

    /// <summary>Reads <c>os[/arch[/variant]]</c>, <c>arch</c> alone or <c>local</c>, with the usual aliases (x86_64, aarch64 ...).</summary>
    /// <exception cref="FormatException">The text names no platform.</exception>
    public static Platform Parse(string text)
    {
        if (string.Equals(text, "local", StringComparison.OrdinalIgnoreCase)) return Current;
        string[] parts = text.ToLowerInvariant().Split('/');
        if (parts.Length is 0 or > 3 || parts.Any(p => p.Length == 0 || p.AsSpan().ContainsAnyExcept(NameCharacters)))
            throw new FormatException($"'{text}' is not a platform: expected os/arch[/variant]");
        if (parts.Length == 1)
        {
            return parts[0] is "linux" or "windows" or "darwin" or "freebsd"
                ? Current with { Os = parts[0] }
                : Normalise("linux", parts[0], null);
        }

        return Normalise(parts[0], parts[1], parts.Length == 3 ? parts[2] : null);
    }

    /// <summary><c>os/arch[/variant]</c>.</summary>
    public override string ToString() => Variant is null ? $"{Os}/{Architecture}" : $"{Os}/{Architecture}/{Variant}";

    private static Platform Normalise(string os, string architecture, string? variant) => (architecture, variant) switch
    {
        ("x86_64" or "x86-64" or "amd64", _) => new(os, "amd64", variant is "v1" ? null : variant),
        ("aarch64" or "arm64", null or "8" or "v8") => new(os, "arm64"),
        ("armhf", _) => new(os, "arm", "v7"),
        ("armel", _) => new(os, "arm", "v6"),
        ("arm", null or "7") => new(os, "arm", "v7"),
        ("i386" or "386", _) => new(os, "386"),
        _ => new(os, architecture, variant),
    };
}
