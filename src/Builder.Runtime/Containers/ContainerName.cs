using System.Security.Cryptography;

namespace Builder.Runtime.Containers;

/// <summary>Names of containers.</summary>
public static class ContainerName
{
    private const int MaxLength = 128;

    private static readonly string[] Adjectives =
    [
        "able", "amber", "bold", "brave", "bright", "brisk", "calm", "clear", "clever", "crisp", "curious", "daring", "deft", "eager", "early", "fair",
        "fleet", "fresh", "gentle", "glad", "golden", "happy", "hardy", "honest", "jolly", "keen", "kind", "lively", "loyal", "lucid", "mellow", "merry",
        "mild", "neat", "nimble", "noble", "patient", "placid", "plain", "polite", "proud", "quick", "quiet", "rapid", "ready", "robust", "serene", "sharp",
        "silent", "simple", "sleek", "smart", "solid", "steady", "sturdy", "subtle", "sunny", "swift", "tidy", "tranquil", "vivid", "warm", "wise", "witty",
    ];

    private static readonly string[] Nouns =
    [
        "acorn", "anchor", "anvil", "arch", "aspen", "badger", "beacon", "birch", "bison", "brook", "cedar", "chisel", "cliff", "clover", "comet", "coral",
        "crane", "delta", "dune", "eagle", "elm", "ember", "falcon", "fern", "finch", "fjord", "flint", "forge", "glacier", "granite", "grove", "harbor",
        "hawk", "heron", "island", "ivy", "juniper", "kestrel", "lagoon", "lantern", "larch", "lynx", "maple", "marble", "meadow", "mesa", "oak", "orbit",
        "otter", "pebble", "pine", "plover", "prairie", "quarry", "quartz", "raven", "reef", "ridge", "river", "sparrow", "spruce", "summit", "willow", "wren",
    ];

    /// <summary>Whether a container may be called so: letters, digits, <c>_ . -</c>, first a letter or digit, two at least.</summary>
    public static bool IsValid(string name) =>
        name.Length is >= 2 and <= MaxLength && char.IsAsciiLetterOrDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-');

    /// <summary>Two words at random.</summary>
    public static string Random() =>
        $"{Adjectives[RandomNumberGenerator.GetInt32(Adjectives.Length)]}_{Nouns[RandomNumberGenerator.GetInt32(Nouns.Length)]}";
}
