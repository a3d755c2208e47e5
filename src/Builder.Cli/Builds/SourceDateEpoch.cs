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
    private static readonly long Latest = DateTimeOffset.MaxValue.ToUnixTimeSeconds();

    /// <summary>The build arguments, with the caller's variable among them.</summary>
    public static ImmutableSortedDictionary<string, string> AddTo(ImmutableSortedDictionary<string, string> arguments, HostEnvironment environment) =>
        !arguments.ContainsKey(Name) && environment.Variable(Name) is { Length: > 0 } value ? arguments.SetItem(Name, value) : arguments;

    /// <summary>The time, or null when none is given.</summary>
    /// <exception cref="CommandException">It is no time.</exception>
    public static DateTimeOffset? Of(ImmutableSortedDictionary<string, string> arguments)
    {
        if (arguments.GetValueOrDefault(Name) is not { Length: > 0 } value) return null;
        return long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out long seconds) && seconds <= Latest
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : throw CommandException.Usage($"invalid {Name} \"{value}\": expected seconds since 1970");
    }
}
