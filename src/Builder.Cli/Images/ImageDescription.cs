using System.Text.Json.Nodes;
using Builder.Cache.Images;
using Builder.Oci;
using Builder.Oci.Collections;
using Builder.Oci.Images;

namespace Builder.Cli.Images;

/// <summary>An image in the shape of docker's <c>image inspect</c>.</summary>
internal static class ImageDescription
{
    /// <summary>The description.</summary>
    public static JsonObject Of(StoredImage image, IReadOnlyList<ImageReference> names)
    {
        ImageConfig config = image.Config;
        var description = new JsonObject
        {
            ["Id"] = image.Id.ToString(),
            ["RepoTags"] = Texts(names.Where(n => n.Tag is not null && n.Digest is null).Select(n => n.FamiliarName)),
            ["RepoDigests"] = Texts(names.Where(n => n.Digest is not null).Select(n => $"{n.FamiliarRepository}@{n.Digest}")),
            ["Parent"] = "",
            ["Comment"] = config.History.Count > 0 ? config.History[^1].Comment ?? "" : "",
            ["Created"] = config.Created ?? "",
            ["DockerVersion"] = "",
            ["Author"] = config.Author ?? "",
            ["Config"] = Config(config.Config),
            ["Architecture"] = config.Architecture,
            ["Os"] = config.Os,
            ["Size"] = image.Size,
            ["GraphDriver"] = new JsonObject { ["Data"] = null, ["Name"] = "overlayfs" },
            ["RootFS"] = new JsonObject { ["Type"] = config.RootFs.Type, ["Layers"] = Texts(config.RootFs.DiffIds.Select(d => d.ToString())) },
            ["Metadata"] = new JsonObject { ["LastTagTime"] = image.StoredAt.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffffffZ") },
        };
        if (config.Variant is { } variant) description.Insert(description.IndexOf("Architecture") + 1, "Variant", variant);
        return description;
    }

    private static JsonObject Config(ContainerConfig config)
    {
        var result = new JsonObject
        {
            ["Hostname"] = "",
            ["Domainname"] = "",
            ["User"] = config.User ?? "",
            ["AttachStdin"] = false,
            ["AttachStdout"] = false,
            ["AttachStderr"] = false,
            ["Tty"] = false,
            ["OpenStdin"] = false,
            ["StdinOnce"] = false,
            ["Env"] = Texts(config.Env),
            ["Cmd"] = Texts(config.Cmd),
            ["Image"] = "",
            ["Volumes"] = Set(config.Volumes),
            ["WorkingDir"] = config.WorkingDir ?? "",
            ["Entrypoint"] = Texts(config.Entrypoint),
            ["OnBuild"] = Texts(config.OnBuild),
            ["Labels"] = config.Labels is { } labels ? new JsonObject(labels.Select(l => KeyValuePair.Create(l.Key, (JsonNode?)l.Value))) : null,
        };
        // Docker leaves these out when they are unset.
        if (config.ExposedPorts is { Count: > 0 } ports) result.Insert(result.IndexOf("AttachStderr") + 1, "ExposedPorts", Set(ports));
        if (config.ArgsEscaped) result["ArgsEscaped"] = true;
        if (config.StopSignal is { Length: > 0 } signal) result["StopSignal"] = signal;
        if (config.Shell is { } shell) result["Shell"] = Texts(shell);
        if (config.Healthcheck is { } check) result["Healthcheck"] = Health(check);
        return result;
    }

    private static JsonObject Health(Healthcheck check)
    {
        var result = new JsonObject { ["Test"] = Texts(check.Test) };
        foreach ((string name, long value) in new[]
        {
            ("Interval", check.Interval), ("Timeout", check.Timeout), ("StartPeriod", check.StartPeriod), ("StartInterval", check.StartInterval),
            ("Retries", check.Retries),
        })
        {
            if (value != 0) result[name] = value;
        }

        return result;
    }

    private static JsonObject? Set(IEnumerable<string>? names) =>
        names is null ? null : new JsonObject(names.Select(n => KeyValuePair.Create(n, (JsonNode?)new JsonObject())));

    private static JsonArray? Texts(EquatableArray<string>? texts) => texts is { } known ? Texts((IEnumerable<string>)known) : null;

    private static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(t => (JsonNode?)JsonValue.Create(t))]);
}
