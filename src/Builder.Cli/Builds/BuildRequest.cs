using Builder.Graph.Checks;
using Builder.Graph.Lowering;
using Builder.Parser;

namespace Builder.Cli.Builds;

/// <summary>What the command line asks of lowering, for builds and for calls that only tell about a Dockerfile.</summary>
internal static class BuildRequest
{
    /// <summary>The request before any image is known.</summary>
    public static LoweringRequest Of(BuildArguments arguments, ParseResult parsed, CheckOptions checks) => new()
    {
        Parsed = parsed,
        Target = arguments.Target,
        TargetPlatform = arguments.MainPlatform,
        ShowsPlatform = arguments.Platforms.Count > 1,
        BuildArguments = arguments.BuildArgs,
        Labels = arguments.Labels,
        Network = arguments.Network,
        ExtraHosts = arguments.ExtraHosts,
        Entitlements = arguments.Entitlements,
        Checks = checks,
    };
}
