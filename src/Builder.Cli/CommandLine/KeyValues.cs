using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Builder.Cli.Hosting;

namespace Builder.Cli.CommandLine;

/// <summary>Reads <c>name=value</c> flags.</summary>
internal static class KeyValues
{
    /// <summary>Variables: a name alone takes the caller's value and is left out when that is unset.</summary>
    /// <exception cref="CommandException">A name is missing.</exception>
    public static ImmutableSortedDictionary<string, string> Variables(IEnumerable<string> values, HostEnvironment environment, string flag)
    {
        ImmutableSortedDictionary<string, string>.Builder result = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (string text in values)
        {
            (string name, string? value) = Split(text);
            if (name.Length == 0) throw CommandException.Usage($"invalid {flag} \"{text}\": the name is missing");
            value ??= environment.Variables.GetValueOrDefault(name);
            if (value is not null) result[name] = value;
        }

        return result.ToImmutable();
    }

    /// <summary>Labels: a name alone has an empty value.</summary>
    /// <exception cref="CommandException">A name is missing.</exception>
    public static ImmutableSortedDictionary<string, string> Labels(IEnumerable<string> values)
    {
        ImmutableSortedDictionary<string, string>.Builder result = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (string text in values)
        {
            (string name, string? value) = Split(text);
            if (name.Length == 0) throw CommandException.Usage($"invalid --label \"{text}\": the name is missing");
            result[name] = value ?? "";
        }

        return result.ToImmutable();
    }

    /// <summary><c>host:ip</c> or <c>host=ip</c> as <c>host=ip</c>; IPv6 may stand in brackets.</summary>
    /// <exception cref="CommandException">Not such a pair.</exception>
    public static string Host(string text)
    {
        int separator = text.IndexOfAny(['=', ':']);
        if (separator <= 0) throw CommandException.Usage($"invalid --add-host \"{text}\": expected host:ip");
        string address = text[(separator + 1)..];
        // Containers share the caller's network, so the way to the host is loopback.
        if (address == "host-gateway") address = IPAddress.Loopback.ToString();
        if (address.StartsWith('[') && address.EndsWith(']')) address = address[1..^1];
        if (text[..separator].Any(c => char.IsWhiteSpace(c) || char.IsControl(c) || c == '#')) throw CommandException.Usage($"invalid --add-host \"{text}\": the name can't hold blanks or '#'");
        if (!IsAddress(address)) throw CommandException.Usage($"invalid --add-host \"{text}\": '{address}' is not an IP address");
        return $"{text[..separator]}={address}";
    }

    // Only what stands in /etc/hosts: no short forms such as "1" and no zones.
    private static bool IsAddress(string text) =>
        IPAddress.TryParse(text, out IPAddress? address) && (address.AddressFamily == AddressFamily.InterNetworkV6 ? !text.Contains('%', StringComparison.Ordinal) : address.ToString() == text);

    /// <summary>Name and value; null without <c>=</c>.</summary>
    public static (string Name, string? Value) Split(string text)
    {
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        return equals < 0 ? (text, null) : (text[..equals], text[(equals + 1)..]);
    }
}
