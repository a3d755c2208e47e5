using Builder.Cli.CommandLine;
using Builder.Cli.Formatting;
using Builder.Cli.Hosting;
using Builder.Sandbox.Plans;

namespace Builder.Cli.Containers;

/// <summary>Reads <c>--volume</c>, <c>--mount</c> and <c>--tmpfs</c>.</summary>
internal static class VolumeParser
{
    // What docker takes and what means nothing here: labels and consistency hints.
    private static readonly HashSet<string> HarmlessOptions = new(StringComparer.Ordinal)
    {
        "rw", "z", "Z", "cached", "delegated", "consistent", "nocopy", "private", "rprivate",
    };

    private static readonly HashSet<string> HarmlessTmpfsOptions = new(StringComparer.Ordinal) { "rw", "nosuid", "nodev", "noexec", "exec" };

    /// <summary><c>host:container[:options]</c>.</summary>
    /// <exception cref="CommandException">Malformed or not supported.</exception>
    public static BindMount Volume(string text, HostEnvironment environment)
    {
        string[] parts = text.Split(':');
        if (parts.Length is < 2 or > 3 || parts.Any(p => p.Length == 0))
        {
            throw CommandException.Usage(
                parts.Length == 1 ? $"anonymous volumes are not supported yet: {text}" : $"invalid volume \"{text}\": expected host:container[:options]");
        }

        if (!parts[0].Contains('/', StringComparison.Ordinal) && parts[0] is not ("." or ".."))
            throw CommandException.Usage($"named volumes are not supported yet: {parts[0]}", $"for a directory of the host write ./{parts[0]}");
        bool readOnly = false;
        foreach (string option in parts.Length == 3 ? parts[2].Split(',') : [])
        {
            if (option is "ro" or "readonly") readOnly = true;
            else if (!HarmlessOptions.Contains(option)) throw CommandException.Usage($"invalid volume \"{text}\": unknown option '{option}'");
        }

        return new BindMount(environment.FullPath(parts[0]), Target(parts[1], text), readOnly);
    }

    /// <summary><c>type=bind|tmpfs,…</c>.</summary>
    /// <exception cref="CommandException">Malformed or not supported.</exception>
    public static SandboxMount Mount(string text, HostEnvironment environment)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach ((string key, string? value) in CommaSeparated.Pairs(text))
        {
            string name = key switch
            {
                "src" => "source",
                "dst" or "destination" => "target",
                "ro" => "readonly",
                _ => key,
            };
            if (value is null && name != "readonly") throw CommandException.Usage($"invalid mount \"{text}\": '{key}' needs a value");
            fields[name] = value ?? "true";
        }

        fields.Remove("type", out string? type);
        if (!fields.Remove("target", out string? target)) throw CommandException.Usage($"invalid mount \"{text}\": target is missing");
        SandboxMount mount = type switch
        {
            "bind" => Bind(fields, Target(target, text), text, environment),
            "tmpfs" => Tmpfs(fields, Target(target, text), text),
            null or "volume" => throw CommandException.Usage("volumes are not supported yet: use --mount type=bind or type=tmpfs"),
            _ => throw CommandException.Usage($"--mount type={type} is not supported: use bind or tmpfs"),
        };
        return fields.Count == 0 ? mount : throw CommandException.Usage($"invalid mount \"{text}\": unknown key '{fields.Keys.First()}'");
    }

    /// <summary><c>path[:options]</c>.</summary>
    /// <exception cref="CommandException">Malformed.</exception>
    public static TmpfsMount TmpfsFlag(string text)
    {
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        var mount = new TmpfsMount(Target(colon < 0 ? text : text[..colon], text));
        foreach (string option in colon < 0 ? [] : text[(colon + 1)..].Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            (string name, string? value) = KeyValues.Split(option);
            mount = (name, value) switch
            {
                ("size", { } size) => mount with { SizeBytes = ByteSize.Parse(size, "--tmpfs size") },
                ("mode", { } mode) => mount with { Mode = Octal(mode, text) },
                _ when HarmlessTmpfsOptions.Contains(option) => mount,
                _ => throw CommandException.Usage($"invalid --tmpfs \"{text}\": unknown option '{option}'"),
            };
        }

        return mount;
    }

    private static BindMount Bind(Dictionary<string, string> fields, string target, string text, HostEnvironment environment)
    {
        if (!fields.Remove("source", out string? source) || source.Length == 0) throw CommandException.Usage($"invalid mount \"{text}\": source is missing");
        string path = environment.FullPath(source);
        if (!Path.Exists(path)) throw new CommandException($"bind source path does not exist: {source}", ExitCode.Refused);
        if (fields.Remove("bind-propagation", out string? propagation) && propagation is not ("private" or "rprivate"))
            throw CommandException.Usage($"invalid mount \"{text}\": the mounts of a container are its own: bind-propagation={propagation} is not supported");
        fields.Remove("consistency");
        return new BindMount(path, target, fields.Remove("readonly", out string? readOnly) && Switch(readOnly, text));
    }

    // The spellings of Go's strconv.ParseBool.
    private static bool Switch(string value, string text) => value switch
    {
        "1" or "t" or "T" or "true" or "TRUE" or "True" => true,
        "0" or "f" or "F" or "false" or "FALSE" or "False" => false,
        _ => throw CommandException.Usage($"invalid mount \"{text}\": readonly is true or false, not '{value}'"),
    };

    private static TmpfsMount Tmpfs(Dictionary<string, string> fields, string target, string text)
    {
        var mount = new TmpfsMount(target);
        if (fields.Remove("tmpfs-size", out string? size)) mount = mount with { SizeBytes = ByteSize.Parse(size, "tmpfs-size") };
        if (fields.Remove("tmpfs-mode", out string? mode)) mount = mount with { Mode = Octal(mode, text) };
        return mount;
    }

    private static int Octal(string mode, string text)
    {
        const int HighestMode = 0xFFF;
        if (mode.Length is 0 or > 5 || mode.AsSpan().ContainsAnyExceptInRange('0', '7') || Convert.ToInt32(mode, 8) > HighestMode)
            throw CommandException.Usage($"invalid mount \"{text}\": '{mode}' is not a mode");
        return Convert.ToInt32(mode, 8);
    }

    private static string Target(string target, string text)
    {
        if (!target.StartsWith('/')) throw CommandException.Usage($"invalid mount \"{text}\": the path in the container must be absolute");
        string clean = Path.GetFullPath(target);
        return clean != "/" ? clean : throw CommandException.Usage($"invalid mount \"{text}\": the root can't be mounted over");
    }
}
