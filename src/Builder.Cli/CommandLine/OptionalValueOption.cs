using System.CommandLine;

namespace Builder.Cli.CommandLine;

/// <summary>A flag that may stand alone; the next word is its value when it looks like one. The last one counts; empty when it stands alone.</summary>
internal sealed class OptionalValueOption : Option<string?>
{
    private readonly Func<string, bool> _isValue;

    /// <summary>The flag.</summary>
    public OptionalValueOption(string name, string description, string valueName, Func<string, bool> isValue)
        : base(name)
    {
        _isValue = isValue;
        Description = description;
        HelpName = valueName;
        Arity = new ArgumentArity(0, 100_000);
        CustomParser = static result => result.Tokens.Count == 0 ? "" : result.Tokens[^1].Value;
    }

    /// <summary>Whether a word that follows the flag belongs to it.</summary>
    public bool Takes(string word) => _isValue(word);
}
