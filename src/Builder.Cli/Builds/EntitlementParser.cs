using Builder.Graph.Lowering;

namespace Builder.Cli.Builds;

/// <summary>Reads <c>--allow</c>.</summary>
internal static class EntitlementParser
{
    /// <summary>What is granted.</summary>
    /// <exception cref="CommandException">Nothing of that name can be.</exception>
    public static Entitlement Parse(string text) => text.Trim() switch
    {
        "network.host" => Entitlement.HostNetwork,
        "security.insecure" => Entitlement.Insecure,
        var device when device == "device" || device.StartsWith("device=", StringComparison.Ordinal) => Entitlement.Device,
        _ => throw CommandException.Usage($"invalid --allow \"{text}\": there is no such entitlement", "entitlements are network.host, security.insecure and device"),
    };
}
