using System.Globalization;
using System.Net;

namespace Builder.Graph.Lowering.Values;

/// <summary>A word of EXPOSE: <c>[[ip:]hostPort:]port[-port][/protocol]</c>; only what follows the last colon is stored.</summary>
/// <param name="First">First port.</param>
/// <param name="Last">Last port.</param>
/// <param name="Protocol">tcp, udp or sctp.</param>
internal sealed record PortRange(int First, int Last, string Protocol)
{
    private const int HighestPort = 65535;

    /// <summary>Each port as the image config has it: <c>80/tcp</c>.</summary>
    public IEnumerable<string> Ports => Enumerable.Range(First, Last - First + 1).Select(port => $"{port}/{Protocol}");

    /// <summary>Reads a word after expansion; when null, the problem says why.</summary>
    public static PortRange? Parse(string text, out string problem)
    {
        string[] parts = text.Split(':');
        string container = parts[^1];
        int slash = container.IndexOf('/', StringComparison.Ordinal);
        string ports = slash < 0 ? container : container[..slash];
        string protocol = slash < 0 ? "" : container[(slash + 1)..].ToLowerInvariant();
        if (protocol.Length == 0) protocol = "tcp";
        if (protocol is not ("tcp" or "udp" or "sctp"))
        {
            problem = $"'{protocol}' is not a protocol";
            return null;
        }

        if (!TryReadRange(ports, out int first, out int last, out problem)) return null;
        if (parts.Length > 1 && !HostPartFits(parts, last - first, out problem)) return null;
        return new PortRange(first, last, protocol);
    }

    private static bool HostPartFits(string[] parts, int span, out string problem)
    {
        problem = "";
        string address = string.Join(':', parts[..^2]).TrimStart('[').TrimEnd(']');
        if (address.Length > 0 && !IPAddress.TryParse(address, out _))
        {
            problem = $"'{address}' is not an IP address";
            return false;
        }

        string hostPort = parts[^2];
        if (hostPort.Length == 0) return true;
        if (!TryReadRange(hostPort, out int first, out int last, out problem)) return false;
        if (span == 0 || last - first == span) return true;
        problem = "the ranges of host and container ports differ in length";
        return false;
    }

    private static bool TryReadRange(string text, out int first, out int last, out string problem)
    {
        int dash = text.IndexOf('-', StringComparison.Ordinal);
        string start = dash < 0 ? text : text[..dash];
        string end = dash < 0 ? text : text[(dash + 1)..];
        last = 0;
        if (!TryReadPort(start, out first, out problem) || !TryReadPort(end, out last, out problem)) return false;
        if (first <= last) return true;
        problem = $"the range '{text}' ends before it begins";
        return false;
    }

    private static bool TryReadPort(string text, out int port, out string problem)
    {
        problem = "";
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port <= HighestPort) return true;
        problem = text.Length == 0 ? "a port number is missing" : $"'{text}' is not a port number (0 to {HighestPort})";
        return false;
    }
}
