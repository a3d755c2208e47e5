using System.Globalization;

namespace Builder.Parser.Syntax;

/// <summary>The version of the Dockerfile syntax that a file asks for with <c># syntax=</c>. Nothing is fetched for it.</summary>
/// <param name="Major">Of the version.</param>
/// <param name="Minor">Of the version.</param>
/// <param name="Labs">Whether it is of the channel that gets features first.</param>
/// <param name="Asker">What asks for it, for messages.</param>
public sealed record FeatureLevel(int Major, int Minor, bool Labs, string Asker)
{
    /// <summary>Everything this program knows: what a file without the line gets, or with one that names no minor version.</summary>
    public static FeatureLevel Newest { get; } = new(int.MaxValue, 0, Labs: true, "");

    /// <summary>As <c>1.4</c> or <c>1.7-labs</c>.</summary>
    public string Version => $"{Major}.{Minor}{(Labs ? "-labs" : "")}";

    /// <summary>Whether a feature is part of it.</summary>
    public bool Has(Feature feature) =>
        Major > 1 || (Major == 1 && (Minor >= feature.Since || (Labs && Minor >= feature.SinceLabs)));

    /// <summary>Reads the value of the directive; null when it names a frontend that is not for Dockerfiles.</summary>
    /// <param name="value">An image and perhaps a command line behind it.</param>
    /// <param name="asker">What asks for it.</param>
    internal static FeatureLevel? Read(string value, string asker)
    {
        string image = value.Split(' ', '\t')[0];
        if (image == "dockerfile.v0") return Newest;
        image = image.Split('@')[0];
        string last = image[(image.LastIndexOf('/') + 1)..];
        int colon = last.IndexOf(':', StringComparison.Ordinal);
        string name = colon < 0 ? last : last[..colon];
        if (name is not ("dockerfile" or "dockerfile-upstream")) return null;
        return colon < 0 ? Newest : ReadTag(last[(colon + 1)..], asker);
    }

    // 1.4, 1.4.3, 1.7-labs, 1.7.0-rc1-labs; whatever else there is (1, latest, master) moves with time.
    private static FeatureLevel ReadTag(string tag, string asker)
    {
        string[] parts = tag.Split('-');
        string[] numbers = parts[0].Split('.');
        bool isVersion = numbers.Length is 2 or 3 && numbers.All(number => number.Length is > 0 and < 6 && number.All(char.IsAsciiDigit));
        if (!isVersion) return Newest;
        return new FeatureLevel(Number(numbers[0]), Number(numbers[1]), parts.Skip(1).Any(part => part is "labs" or "experimental"), asker);
    }

    private static int Number(string digits) => int.Parse(digits, CultureInfo.InvariantCulture);
}
