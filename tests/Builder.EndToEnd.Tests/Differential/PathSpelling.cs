using System.Globalization;

namespace Builder.EndToEnd.Tests.Differential;

/// <summary>Writes a known path in one of the ways a Dockerfile may.</summary>
internal static class PathSpelling
{
    /// <summary>An absolute path of an image, perhaps by a variable, relative to the working directory, or with superfluous parts.</summary>
    public static string OfImage(Chance chance, StageState state, string path)
    {
        string slash = path.Length > 1 && path.EndsWith('/') ? "/" : "";
        string plain = path.Length > 1 ? path.TrimEnd('/') : path;
        if (WithVariable(chance, state, plain) is var spelled && spelled != plain)
            return spelled + slash;
        if (chance.In100(40) && plain.StartsWith(state.WorkingDirectory + "/", StringComparison.Ordinal))
            return chance.Pick("", "./", "../" + Path.GetFileName(state.WorkingDirectory) + "/") + plain[(state.WorkingDirectory.Length + 1)..] + slash;
        if (plain == state.WorkingDirectory && plain != "/")
            return chance.Pick(".", "./", plain + slash);
        if (plain.Length > 1 && chance.In100(8))
            return chance.Pick("/.", "/", "/../", "/none/..") + plain + slash;
        return plain + slash;
    }

    /// <summary>An absolute path whose beginning is, most times, the value of a variable when there is one.</summary>
    public static string WithVariable(Chance chance, StageState state, string path)
    {
        foreach ((string name, string value) in state.PathVariables)
        {
            if ((path.StartsWith($"/{value}/", StringComparison.Ordinal) || path == "/" + value) && chance.In100(80))
                return string.Create(CultureInfo.InvariantCulture, $"/{Expansion(chance, name, value)}{path[(value.Length + 1)..]}");
        }

        return path;
    }

    /// <summary>A path of the context; blanks are left as they are.</summary>
    public static string OfContext(Chance chance, string path, bool isDirectory) => chance.Between(0, 19) switch
    {
        0 => "./" + path,
        1 => "/" + path,
        2 => "/../" + path,
        3 => "../../" + path,
        4 => "none/../" + path,
        5 => path + "/",
        6 when isDirectory => path + "/.",
        7 when !path.Contains(' ', StringComparison.Ordinal) => $"${{UNSET_NAME:-{path}}}",
        _ => path,
    };

    private static string Expansion(Chance chance, string name, string value) => chance.Pick(
        $"${name}", $"${{{name}}}", $"${{{name}:-none}}", $"${{UNSET_NAME:-{value}}}", $"${{{name}:+{value}}}", $"${{UNSET_NAME:-${name}}}", $"${{UNSET_NAME:-${{{name}:-x}}}}");
}
