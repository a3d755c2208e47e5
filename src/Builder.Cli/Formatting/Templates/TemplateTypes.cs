using System.Text.Json.Nodes;

namespace Builder.Cli.Formatting.Templates;

/// <summary>What docker's templates see of a value that its JSON doesn't tell: fields that are left out when empty, and how values of some fields print.</summary>
internal abstract class TemplateTypes
{
    /// <summary>The value of a field that isn't there.</summary>
    /// <param name="parent">The field it would be in; null when that isn't known.</param>
    /// <param name="holder">What was found there.</param>
    /// <param name="field">Its name.</param>
    /// <param name="value">What it is then.</param>
    /// <returns>False when there is no such field.</returns>
    public abstract bool TryMissing(string? parent, JsonNode? holder, string field, out JsonNode? value);

    /// <summary>How the value of a field prints, or null when it does so like any other.</summary>
    public abstract string? Print(string field, JsonNode? value);
}
