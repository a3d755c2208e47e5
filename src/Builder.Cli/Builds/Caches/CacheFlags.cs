using System.CommandLine;
using Builder.Cli.CommandLine;

namespace Builder.Cli.Builds.Caches;

/// <summary>The flags of <c>build</c> that are about caches of others.</summary>
internal sealed class CacheFlags
{
    private const string InlineArgument = "BUILDKIT_INLINE_CACHE";

    private readonly Option<string[]> _from = Flags.Many("--cache-from", "Cache to use besides the store's (NAME, type=registry,ref=NAME or type=local,src=DIRECTORY)", valueName: "cache");
    private readonly Option<string[]> _to = Flags.Many(
        "--cache-to", "Cache to fill for others (type=registry,ref=NAME, type=local,dest=DIRECTORY or type=inline; mode=min|max)", valueName: "cache");
    private readonly Option<string[]> _mountFrom = Flags.Many("--mount-cache-from", "Where cache mounts that the store doesn't have come from (as --cache-from)", valueName: "cache");
    private readonly Option<string[]> _mountTo = Flags.Many("--mount-cache-to", "Where cache mounts are put for others (as --cache-to)", valueName: "cache");

    /// <summary>Adds them.</summary>
    public void Declare(Command command)
    {
        foreach (Option option in new Option[] { _from, _to, _mountFrom, _mountTo }) command.Add(option);
    }

    /// <summary>What they say.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="buildArguments">One of them asks for an inline cache, as with docker.</param>
    /// <exception cref="CommandException">A value is wrong.</exception>
    public CacheArguments Read(ParseResult parsed, IReadOnlyDictionary<string, string> buildArguments)
    {
        var warnings = new List<string>();
        List<CacheTo?> to = [.. parsed.GetValue(_to)!.Select(t => new CacheSpecParser(_to.Name).To(t, mayBeInline: true))];
        return new CacheArguments
        {
            From = [.. From(_from, parsed, warnings)],
            To = [.. to.OfType<CacheTo>()],
            Inline = to.Contains(null) || buildArguments.GetValueOrDefault(InlineArgument) is "1" or "t" or "T" or "true" or "TRUE" or "True",
            MountFrom = [.. From(_mountFrom, parsed, warnings)],
            MountTo = [.. parsed.GetValue(_mountTo)!.Select(t => new CacheSpecParser(_mountTo.Name).To(t, mayBeInline: false)!)], // only inline is null
            Warnings = [.. warnings],
        };
    }

    private static IEnumerable<CachePlace> From(Option<string[]> option, ParseResult parsed, List<string> warnings) =>
        parsed.GetValue(option)!.Select(t => new CacheSpecParser(option.Name).From(t, warnings.Add)).OfType<CachePlace>();
}
