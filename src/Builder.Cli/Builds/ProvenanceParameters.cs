using System.Collections.Immutable;
using Builder.Executor.Attestations;
using Builder.Graph.Checks;

namespace Builder.Cli.Builds;

/// <summary>Tells of a command line what provenance may tell: no value that is a secret by its name or shape.</summary>
internal static class ProvenanceParameters
{
    /// <summary>The request with what the command line says.</summary>
    public static AttestationRequest? Of(BuildSession session)
    {
        BuildArguments arguments = session.Arguments;
        if (arguments.Attestations is not { Provenance: { } provenance } request) return arguments.Attestations;
        var parameters = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach ((string name, string value) in arguments.BuildArgs.Where(argument => !SensitiveValue.IsSensitive(argument.Key, argument.Value))) parameters["build-arg:" + name] = value;
        foreach ((string name, string value) in arguments.Labels.Where(label => !SensitiveValue.IsSensitive(label.Key, label.Value))) parameters["label:" + name] = value;
        if (arguments.Target is { } target) parameters["target"] = target;
        if (arguments.Platforms.Count > 0) parameters["platform"] = string.Join(',', arguments.Platforms);
        return request with
        {
            Provenance = provenance with { Parameters = parameters.ToImmutable(), EntryPoint = Path.GetFileName(session.Source.Text.FileName) },
        };
    }
}
