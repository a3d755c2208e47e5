using System.Collections.Immutable;
using System.Globalization;
using Builder.Cli.Hosting;

namespace Builder.Cli.Builds;

/// <summary>
/// The time that everything made is said to be from, so that the same input gives the same image: https://reproducible-builds.org/specs/source-date-epoch/.
/// As with docker, the caller's variable becomes a build argument of that name, unless one is given.
/// </summary>
internal static class SourceDateEpoch
{
    private const string Name = "SOURCE_DATE_EPOCH";
    private const string Context = "context";
    private static readonly long Latest = DateTimeOffset.MaxValue.ToUnixTimeSeconds();

    /// <summary>The build arguments, with the caller's variable among them.</summary>
    public static ImmutableSortedDictionary<string, string> AddTo(ImmutableSortedDictionary<string, string> arguments, HostEnvironment environment) =>
        !arguments.ContainsKey(Name) && environment.Variable(Name) is { Length: > 0 } value ? arguments.SetItem(Name, value) : arguments;

    /// <summary>Whether the build's time is given, as a number or by name.</summary>
    public static bool IsGiven(BuildArguments arguments) => arguments.BuildArgs.GetValueOrDefault(Name) is { Length: > 0 };

    /// <summary>Whether the build's time is that of the context, which has to be there first.</summary>
    public static bool IsOfContext(BuildArguments arguments) => arguments.BuildArgs.GetValueOrDefault(Name) == Context;

    /// <summary>The arguments with the time of the context in its name's place; without any when the context has none, as a directory hasn't.</summary>
    /// <exception cref="CommandException">There must be one.</exception>
    public static BuildArguments Resolve(BuildArguments arguments, Func<DateTimeOffset?> timeOfContext)
    {
        if (!IsOfContext(arguments)) return arguments;
        if (timeOfContext() is { } time)
            return arguments with { Epoch = time, BuildArgs = arguments.BuildArgs.SetItem(Name, time.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)) };
        return arguments.RewritesTimes
            ? throw CommandException.Usage($"rewrite-timestamp=true needs a time, and this context has none for {Name}={Context}", $"set {Name} to seconds since 1970")
            : arguments with { BuildArgs = arguments.BuildArgs.Remove(Name) };
    }

    /// <summary>The time, or null when none is given or the context is yet to be asked.</summary>
    /// <exception cref="CommandException">It is no time.</exception>
    public static DateTimeOffset? Of(ImmutableSortedDictionary<string, string> arguments)
    {
        if (arguments.GetValueOrDefault(Name) is not { Length: > 0 } value || value == Context) return null;
        return long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out long seconds) && seconds <= Latest
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : throw CommandException.Usage($"invalid {Name} \"{value}\": expected seconds since 1970, or {Context} for the time of the context");
    }
}
