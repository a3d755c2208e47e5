using System.CommandLine;
using Builder.Cli.CommandLine;
using Builder.Cli.Machine;
using Builder.Executor.Attestations;

namespace Builder.Cli.Builds;

/// <summary>The flags of <c>build</c> that ask for claims about the image: off unless asked for.</summary>
internal sealed class AttestationFlags
{
    private const string Sbom = "sbom";
    private const string Provenance = "provenance";

    private readonly Option<string[]> _attest = Flags.Many("--attest", "What to claim of the image: type=sbom or type=provenance, with parameters", valueName: "attestation");
    private readonly OptionalValueOption _sbom = new("--sbom", "List the software in the image, as SPDX (--attest type=sbom)", "true|false", IsSwitchOrParameters);
    private readonly OptionalValueOption _provenance = new("--provenance", "Tell how the image was made, as SLSA provenance (--attest type=provenance)", "true|false|mode=min|mode=max", IsSwitchOrParameters);

    /// <summary>Adds them.</summary>
    public void Declare(Command command)
    {
        foreach (Option option in new Option[] { _attest, _sbom, _provenance }) command.Add(option);
    }

    /// <summary>What they ask for; null for nothing.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="warnings">Told what is said in vain.</param>
    /// <exception cref="CommandException">A value is wrong.</exception>
    public AttestationRequest? Read(ParseResult parsed, List<string> warnings)
    {
        var request = new AttestationRequest { Tool = $"builder-{VersionCommand.Version}" };
        foreach (string text in parsed.GetValue(_attest)!) request = Apply(request, "--attest", CommaSeparated.Pairs(text), warnings);
        if (Shorthand(parsed, _sbom, Sbom) is { } sbom) request = Apply(request, _sbom.Name, sbom, warnings);
        if (Shorthand(parsed, _provenance, Provenance) is { } provenance) request = Apply(request, _provenance.Name, provenance, warnings);
        return request.Sbom || request.Provenance is not null ? request : null;
    }

    private static bool IsSwitchOrParameters(string word) => Boolean(word) is not null || word.StartsWith("mode=", StringComparison.Ordinal) || word.StartsWith("generator=", StringComparison.Ordinal);

    private static IReadOnlyList<KeyValuePair<string, string?>>? Shorthand(ParseResult parsed, OptionalValueOption option, string type)
    {
        if (parsed.GetResult(option) is not { Implicit: false }) return null;
        string text = parsed.GetValue(option) ?? "";
        IReadOnlyList<KeyValuePair<string, string?>> fields = Boolean(text) is { } isOn ? [KeyValuePair.Create("disabled", (string?)(isOn ? "false" : "true"))]
            : text.Length == 0 ? [] : CommaSeparated.Pairs(text);
        return [KeyValuePair.Create("type", (string?)type), .. fields];
    }

    private static AttestationRequest Apply(AttestationRequest request, string flag, IReadOnlyList<KeyValuePair<string, string?>> fields, List<string> warnings)
    {
        var attributes = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach ((string key, string? value) in fields)
            attributes[key] = value ?? throw CommandException.Usage($"invalid {flag} \"{key}\": expected key=value");
        attributes.Remove("type", out string? type);
        bool isDisabled = attributes.Remove("disabled", out string? disabled) && Required(flag, "disabled", disabled);
        switch (type)
        {
            case Sbom:
                if (attributes.Remove("generator", out string? generator) && !isDisabled)
                    warnings.Add($"{flag}: generator={generator} is not used: builder lists the software by itself");
                RefuseOthers(flag, attributes);
                return request with { Sbom = !isDisabled };
            case Provenance:
                ProvenanceRequest wanted = ReadProvenance(flag, attributes);
                RefuseOthers(flag, attributes);
                return request with { Provenance = isDisabled ? null : wanted };
            default:
                throw CommandException.Usage(type is null ? $"invalid {flag}: type is missing" : $"{flag}: unknown type '{type}'", "known are sbom and provenance");
        }
    }

    private static ProvenanceRequest ReadProvenance(string flag, Dictionary<string, string> attributes)
    {
        attributes.Remove("mode", out string? mode);
        attributes.Remove("version", out string? version);
        attributes.Remove("builder-id", out string? builder);
        attributes.Remove("filename", out string? file);
        if (file is not null && (file.Length == 0 || file.Contains('/', StringComparison.Ordinal) || file is "." or ".."))
            throw CommandException.Usage($"{flag}: invalid filename \"{file}\": expected the name of a file");
        return new ProvenanceRequest
        {
            IsFull = mode switch
            {
                null or "" or "max" => true,
                "min" => false,
                _ => throw CommandException.Usage($"{flag}: invalid mode \"{mode}\": expected min or max"),
            },
            IsOldVersion = version switch
            {
                null or "" or "v1" or "v1.0" => false,
                "v0.2" => true,
                _ => throw CommandException.Usage($"{flag}: invalid version \"{version}\": expected v1 or v0.2"),
            },
            BuilderId = builder ?? "",
            FileName = file ?? new ProvenanceRequest().FileName,
            IsReproducible = attributes.Remove("reproducible", out string? reproducible) && Required(flag, "reproducible", reproducible),
            IsInlineOnly = attributes.Remove("inline-only", out string? inline) && Required(flag, "inline-only", inline),
        };
    }

    private static void RefuseOthers(string flag, Dictionary<string, string> attributes)
    {
        if (attributes.Count > 0) throw CommandException.Usage($"{flag}: unknown parameter '{attributes.Keys.Order(StringComparer.Ordinal).First()}'");
    }

    private static bool Required(string flag, string name, string value) =>
        Boolean(value) ?? throw CommandException.Usage($"{flag}: invalid {name} \"{value}\": expected true or false");

    private static bool? Boolean(string text) => text switch
    {
        "1" or "t" or "T" or "true" or "TRUE" or "True" => true,
        "0" or "f" or "F" or "false" or "FALSE" or "False" => false,
        _ => null,
    };
}
