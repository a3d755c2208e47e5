using Builder.Cli.CommandLine;
using Builder.Cli.Hosting;
using Builder.Executor.Steps;

namespace Builder.Cli.Builds;

/// <summary>Reads <c>--secret</c>. Messages name ids, files and variables, never values.</summary>
internal static class SecretParser
{
    private const int MaxSize = 500 << 10;

    /// <summary>Id and source of a secret; the source is looked at, not read.</summary>
    /// <exception cref="CommandException">Malformed, or the file isn't there.</exception>
    public static KeyValuePair<string, SecretSource> Parse(string text, HostEnvironment environment)
    {
        string? id = null, type = null, source = null, variable = null;
        foreach ((string key, string? value) in CommaSeparated.Pairs(text))
        {
            if (value is null) throw Wrong(text, $"'{key}' has no value", "write id=NAME,src=FILE or id=NAME,env=VARIABLE");
            _ = key switch
            {
                "id" => id = value,
                "type" => type = value,
                "source" or "src" => source = value,
                "env" => variable = value,
                _ => throw Wrong(text, $"there is no key '{key}'", "keys are id, src, source, env and type"),
            };
        }

        if (string.IsNullOrEmpty(id)) throw Wrong(text, "the id is missing", "write id=NAME");
        if (type is not (null or "file" or "env")) throw Wrong(text, $"there is no type '{type}'", "the types are file and env");
        if (type == "env" && variable is null) (variable, source) = (source, null);
        if (type == "file" && variable is not null) throw Wrong(text, "'env' is not for type=file", "write src=FILE");
        if (variable is not null && source is not null) throw Wrong(text, "'src' and 'env' both say where it comes from", "remove one of them");
        if (variable is null && source is null && (type == "env" || (type is null && environment.Variables.ContainsKey(id)))) variable = id;
        return KeyValuePair.Create(id, variable is not null ? FromVariable(variable, environment) : FromFile(text, source ?? id, environment));
    }

    // As in docker, one that isn't set is no error unless a step requires the secret.
    private static SecretSource FromVariable(string name, HostEnvironment environment) =>
        environment.Variables.TryGetValue(name, out string? value) ? new SecretValue(value) : new UnsetVariable(name);

    private static SecretFile FromFile(string text, string name, HostEnvironment environment)
    {
        if (name.Length == 0) throw Wrong(text, "the file name is empty", "write src=FILE");
        string path = environment.FullPath(name);
        if (Directory.Exists(path)) throw Wrong(text, $"{path} is a directory", "name a file");
        var file = new FileInfo(path);
        if (!file.Exists) throw Wrong(text, $"there is no file {path}", "relative names start from the current directory");
        if (file.Length > MaxSize) throw Wrong(text, $"{path} is larger than {MaxSize >> 10} KiB");
        return new SecretFile(path);
    }

    private static CommandException Wrong(string text, string reason, string? hint = null) => CommandException.Usage($"invalid --secret \"{text}\": {reason}", hint);
}
