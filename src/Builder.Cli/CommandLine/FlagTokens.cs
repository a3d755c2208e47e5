using System.CommandLine;
using Builder.Parser.Diagnostics;

namespace Builder.Cli.CommandLine;

/// <summary>
/// Reads flags as docker's command line does and writes them so that System.CommandLine reads the same: bundled short flags,
/// values that begin with a dash, values glued to a short flag, and everything behind the first operand when a command says so.
/// </summary>
internal static class FlagTokens
{
    /// <summary>Rewrites arguments to <c>--name=value</c> flags, <c>--</c>, operands.</summary>
    /// <param name="arguments">What follows the command's name.</param>
    /// <param name="options">The flags of the command.</param>
    /// <param name="stopAtFirstOperand">True when what follows the first operand belongs to it (<c>run</c>).</param>
    /// <exception cref="CommandException">An unknown flag, or a flag without its value.</exception>
    public static IReadOnlyList<string> Rewrite(IReadOnlyList<string> arguments, IEnumerable<Option> options, bool stopAtFirstOperand)
    {
        var byName = new Dictionary<string, Option>(StringComparer.Ordinal);
        foreach (Option option in options)
        {
            byName[option.Name] = option;
            foreach (string alias in option.Aliases) byName[alias] = option;
        }

        var flags = new List<string>();
        var operands = new List<string>();
        int i = 0;
        while (i < arguments.Count)
        {
            string argument = arguments[i++];
            if (argument == "--")
            {
                operands.AddRange(arguments.Skip(i));
                break;
            }

            if (argument.StartsWith("--", StringComparison.Ordinal)) ReadLong(argument, arguments, ref i, byName, flags);
            else if (argument.Length > 1 && argument[0] == '-') ReadShort(argument, arguments, ref i, byName, flags);
            else
            {
                operands.Add(argument);
                if (!stopAtFirstOperand) continue;
                operands.AddRange(arguments.Skip(i));
                break;
            }
        }

        return [.. flags, "--", .. operands];
    }

    private static void ReadLong(string argument, IReadOnlyList<string> rest, ref int next, Dictionary<string, Option> byName, List<string> flags)
    {
        int equals = argument.IndexOf('=', StringComparison.Ordinal);
        string name = equals < 0 ? argument : argument[..equals];
        if (!byName.TryGetValue(name, out Option? option))
        {
            string? near = Suggestion.Nearest(name[2..], byName.Keys.Where(k => k.StartsWith("--", StringComparison.Ordinal)).Select(k => k[2..]));
            throw CommandException.Usage($"unknown flag: {name}", near is null ? null : $"did you mean --{near}?");
        }

        if (equals >= 0) Add(flags, option, argument[(equals + 1)..], name);
        else if (option is OptionalValueOption optional && next < rest.Count && optional.Takes(rest[next])) Add(flags, option, rest[next++], name);
        else if (IsSwitch(option)) Add(flags, option, null, name);
        else if (next < rest.Count) Add(flags, option, rest[next++], name);
        else throw CommandException.Usage($"flag needs an argument: {name}");
    }

    private static void ReadShort(string argument, IReadOnlyList<string> rest, ref int next, Dictionary<string, Option> byName, List<string> flags)
    {
        for (int i = 1; i < argument.Length; i++)
        {
            string name = "-" + argument[i];
            if (!byName.TryGetValue(name, out Option? option))
                throw CommandException.Usage($"unknown shorthand flag: '{argument[i]}' in {argument}");
            string tail = argument[(i + 1)..];
            if (tail.StartsWith('='))
            {
                Add(flags, option, tail[1..], name);
                return;
            }

            if (IsSwitch(option))
            {
                Add(flags, option, null, name);
                continue;
            }

            if (tail.Length > 0) Add(flags, option, tail, name);
            else if (next < rest.Count) Add(flags, option, rest[next++], name);
            else throw CommandException.Usage($"flag needs an argument: '{argument[i]}' in {argument}");
            return;
        }
    }

    private static bool IsSwitch(Option option) => option.Arity.MinimumNumberOfValues == 0;

    private static void Add(List<string> flags, Option option, string? value, string typed)
    {
        if (option.ValueType == typeof(bool) && value is not null)
            value = ReadBoolean(value) ?? throw CommandException.Usage($"invalid argument \"{value}\" for \"{typed}\" flag: expected true or false");
        if (value is null) flags.Add(option.Name);
        else if (value.Length > 0) flags.Add($"{option.Name}={value}");
        else flags.AddRange([option.Name, ""]);
    }

    // The spellings Go's strconv.ParseBool takes.
    private static string? ReadBoolean(string value) => value switch
    {
        "1" or "t" or "T" or "true" or "TRUE" or "True" => "true",
        "0" or "f" or "F" or "false" or "FALSE" or "False" => "false",
        _ => null,
    };
}
