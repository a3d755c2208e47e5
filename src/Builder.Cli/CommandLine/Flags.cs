using System.CommandLine;

namespace Builder.Cli.CommandLine;

/// <summary>Makes the three kinds of flags that docker's grammar has.</summary>
internal static class Flags
{
    // The most System.CommandLine allows.
    private const int MaximumValues = 100_000;

    /// <summary>A flag that is on or off.</summary>
    public static Option<bool> Switch(string name, string description, string? shorthand = null) => Named(new Option<bool>(name), description, shorthand);

    /// <summary>A flag with one value; the last one wins.</summary>
    public static Option<string?> Text(string name, string description, string? shorthand = null, string valueName = "string")
    {
        // More than one is legal, as in docker: the last one counts.
        Option<string?> option = Named(new Option<string?>(name), description, shorthand);
        option.HelpName = valueName;
        option.Arity = new ArgumentArity(1, MaximumValues);
        option.CustomParser = static result => result.Tokens[^1].Value;
        return option;
    }

    /// <summary>A flag that may be given several times.</summary>
    public static Option<string[]> Many(string name, string description, string? shorthand = null, string valueName = "list")
    {
        Option<string[]> option = Named(new Option<string[]>(name), description, shorthand);
        option.HelpName = valueName;
        option.DefaultValueFactory = static _ => [];
        option.CustomParser = static result => [.. result.Tokens.Select(t => t.Value)];
        option.Arity = ArgumentArity.OneOrMore;
        return option;
    }

    /// <summary>Operands, as many as the range says.</summary>
    public static Argument<string[]> Operands(string name, string description, int minimum, int maximum = MaximumValues) =>
        new(name)
        {
            Description = description,
            Arity = new ArgumentArity(minimum, maximum),
            DefaultValueFactory = static _ => [],
            CustomParser = static result => [.. result.Tokens.Select(t => t.Value)],
        };

    private static TOption Named<TOption>(TOption option, string description, string? shorthand)
        where TOption : Option
    {
        option.Description = description;
        if (shorthand is not null) option.Aliases.Add(shorthand);
        return option;
    }
}
