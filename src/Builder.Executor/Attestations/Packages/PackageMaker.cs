using System.Text.RegularExpressions;

namespace Builder.Executor.Attestations.Packages;

/// <summary>Makes packages of the kinds that languages have.</summary>
internal static partial class PackageMaker
{
    /// <summary>One whose package URL has its name as it is.</summary>
    public static Package Of(string type, string name, string version, string location) => new(PackageUrl.Of(type, name, version), name, version, location);

    /// <summary>npm's.</summary>
    public static Package Npm(string name, string version, string location) => Of("npm", name, version, location);

    /// <summary>Cargo's.</summary>
    public static Package Cargo(string name, string version, string location) => Of("cargo", name, version, location);

    /// <summary>Python's. PEP 503: names that differ in case and in which of -, _ and . they have are one.</summary>
    public static Package Python(string name, string version, string location) => new(PackageUrl.Of("pypi", Separators().Replace(name, "-").ToLowerInvariant(), version), name, version, location);

    [GeneratedRegex("[-_.]+", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Separators();
}
