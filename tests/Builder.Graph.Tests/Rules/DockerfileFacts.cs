using System.Collections.Immutable;
using Builder.Graph.Lowering;
using Builder.Graph.Operations;
using Builder.Graph.Tests.Lowering;
using Builder.Oci.Images;
using Builder.Parser.Diagnostics;

namespace Builder.Graph.Tests.Rules;

/// <summary>What a Dockerfile means, a line for each thing that could be said of it.</summary>
internal static class DockerfileFacts
{
    private static readonly string[] Quiet = ["JSONArgsRecommended", "WorkdirRelativePath", "FromAsCasing", "ConsistentInstructionCasing"];

    public static IEnumerable<string> Of(Lowered lowered)
    {
        IEnumerable<Diagnostic> errors = lowered.Errors.Concat(lowered.Parsed.Diagnostics.Where(d => d.Severity == Severity.Error));
        foreach (Diagnostic error in errors) yield return $"error {error.Code} {lowered.Source.TextOf(error.Span)}";
        foreach (Diagnostic warning in lowered.Parsed.Diagnostics.Where(d => d.Severity == Severity.Warning).Concat(lowered.Warnings)) yield return $"warning {warning.Code} {lowered.Source.TextOf(warning.Span)}";
        foreach (Diagnostic told in errors.Concat(lowered.Warnings).Where(d => d.Hint is not null)) yield return "hint " + told.Hint;
        foreach (ImageRequest image in lowered.Asked)
        {
            yield return "asked " + image.Reference.FamiliarName;
            yield return $"asked {image.Reference.FamiliarName} {image.Platform}";
        }

        if (lowered.Result.Build is not { } build) yield break;
        if (!lowered.Warnings.Any(w => !Quiet.Contains(w.Code))) yield return "ok";
        foreach (string fact in build.Graph.Vertices.Reverse().SelectMany(vertex => OfOperation(vertex.Operation))) yield return Line(fact);
        foreach (HistoryItem item in build.History) yield return Line("history " + item.CreatedBy);
        yield return $"layers {build.History.Count(item => item.Vertex is not null)}";
        if (build.Image.Author is { } author) yield return "author " + author;
        foreach (string fact in OfConfig(build.Image.Config)) yield return Line(fact);
    }

    private static string Line(string text) => text.Replace("\n", "\\n", StringComparison.Ordinal);

    private static IEnumerable<string> OfOperation(Operation operation) => operation switch
    {
        ExecOperation run => OfRun(run),
        CopyOperation copy => OfCopy(copy),
        MakeDirectoryOperation directory => [$"mkdir {directory.Path}", $"mkdir {directory.Path} {directory.User}"],
        _ => [],
    };

    private static IEnumerable<string> OfRun(ExecOperation run)
    {
        yield return "run " + run.Arguments[^1];
        yield return "args " + string.Join('|', run.Arguments);
        yield return "rundir " + run.WorkingDirectory;
        yield return "network " + run.Network;
        yield return "host " + run.Hostname;
        foreach (string pair in run.Environment) yield return "runenv " + pair;
        foreach (string pair in run.ProxyEnvironment) yield return "proxy " + pair;
        foreach (ExecMount mount in run.Mounts)
        {
            yield return mount switch
            {
                CacheExecMount cache => $"mount cache {cache.Target} {cache.CacheId}",
                TmpfsExecMount => $"mount tmpfs {mount.Target}",
                SecretExecMount secret => $"mount secret {secret.Target} {secret.Id} {secret.EnvironmentName}".TrimEnd(),
                SshExecMount ssh => $"mount ssh {ssh.Target} {ssh.Id}",
                ScriptExecMount script => $"script {script.Target}: {script.Content}",
                _ => $"mount bind {mount.Target}",
            };
        }
    }

    private static IEnumerable<string> OfCopy(CopyOperation copy)
    {
        (bool Shown, string Text)[] flags =
        [
            (copy.FromImage, "from"), (copy.Chown is not null, "chown=" + copy.Chown), (copy.Chmod is not null, "chmod=" + copy.Chmod), (copy.Link, "link"),
            (copy.Parents, "parents"), (copy.Exclude.Count > 0, "exclude=" + string.Join(',', copy.Exclude)),
        ];
        string shown = string.Concat(flags.Where(flag => flag.Shown).Select(flag => " " + flag.Text));
        yield return $"{(copy.UnpackArchives ? "add" : "copy")} {string.Join(',', copy.Sources)} -> {copy.Destination}{shown}";
        foreach (InlineFile file in copy.InlineFiles) yield return $"file {file.Name}: {file.Content}";
    }

    private static IEnumerable<string> OfConfig(ContainerConfig config)
    {
        string[] variables = [.. (config.Env ?? []).Where(pair => !pair.StartsWith("PATH=", StringComparison.Ordinal))];
        yield return "env all " + string.Join(' ', variables);
        foreach (string pair in config.Env ?? []) yield return "env " + pair;
        foreach ((string key, string value) in config.Labels ?? ImmutableSortedDictionary<string, string>.Empty) yield return $"label {key}={value}";
        foreach (string port in config.ExposedPorts ?? []) yield return "port " + port;
        foreach (string volume in config.Volumes ?? []) yield return "volume " + volume;
        foreach (string trigger in config.OnBuild ?? []) yield return "onbuild " + trigger;
        if (config.Cmd is { } command) yield return "cmd " + string.Join('|', command);
        if (config.Entrypoint is { } entrypoint) yield return "entrypoint " + string.Join('|', entrypoint);
        if (config.Shell is { } shell) yield return "shell " + string.Join('|', shell);
        if (config.Healthcheck is { } check) yield return "health " + string.Join('|', check.Test);
        yield return "user " + config.User;
        yield return "dir " + config.WorkingDir;
        yield return "signal " + config.StopSignal;
    }
}
