using System.Collections.Immutable;
using Builder.Oci.Collections;

namespace Builder.Graph.Lowering.Stages;

/// <summary>Proxy build arguments: they work undeclared, in any case, and leave no trace in keys or history.</summary>
internal static class ProxySettings
{
    private static readonly string[] Names = ["HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY", "ALL_PROXY"];

    /// <summary><c>NAME=value</c> for each given setting in upper and lower case; the lower-case argument wins.</summary>
    public static EquatableArray<string> FromBuildArguments(ImmutableSortedDictionary<string, string> arguments)
    {
        var pairs = ImmutableArray.CreateBuilder<string>();
        foreach (string name in Names)
        {
            string lower = name.ToLowerInvariant();
            string? value = arguments.GetValueOrDefault(lower) ?? arguments.GetValueOrDefault(name)
                ?? arguments.FirstOrDefault(argument => argument.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;
            if (string.IsNullOrEmpty(value)) continue;
            pairs.Add($"{name}={value}");
            pairs.Add($"{lower}={value}");
        }

        return new(pairs.ToImmutable());
    }
}
