using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Builder.Cli.Formatting.Templates;

/// <summary>The functions docker's templates have, as far as they are known here.</summary>
internal static class TemplateFunctions
{
    private static readonly Dictionary<string, Func<IReadOnlyList<JsonNode?>, JsonNode?>> Table = new(StringComparer.Ordinal)
    {
        ["json"] = static a => Text(TemplateValues.Json(One(a, "json"))),
        ["len"] = static a => JsonValue.Create(Length(One(a, "len"))),
        ["lower"] = static a => Text(TextOf(One(a, "lower"), "lower").ToLowerInvariant()),
        ["upper"] = static a => Text(TextOf(One(a, "upper"), "upper").ToUpperInvariant()),
        ["title"] = static a => Text(Title(TextOf(One(a, "title"), "title"))),
        ["print"] = static a => Text(string.Concat(a.Select(TemplateValues.Print))),
        ["println"] = static a => Text(string.Join(' ', a.Select(TemplateValues.Print)) + "\n"),
        ["printf"] = static a => Text(TemplateFormat.Apply(a)),
        ["join"] = static a => Text(Join(a)),
        ["split"] = static a => Split(a),
        ["truncate"] = static a => Truncate(a),
        ["index"] = static a => Index(a),
        ["eq"] = static a => JsonValue.Create(AtLeastTwo(a, "eq").Skip(1).Any(other => JsonNode.DeepEquals(a[0], other))),
        ["ne"] = static a => JsonValue.Create(!JsonNode.DeepEquals(AtLeastTwo(a, "ne")[0], a[1])),
        ["lt"] = static a => JsonValue.Create(Compare(a, "lt") < 0),
        ["le"] = static a => JsonValue.Create(Compare(a, "le") <= 0),
        ["gt"] = static a => JsonValue.Create(Compare(a, "gt") > 0),
        ["ge"] = static a => JsonValue.Create(Compare(a, "ge") >= 0),
        ["pad"] = static a => Text(Pad(a)),
        ["slice"] = static a => Slice(a),
        ["html"] = static a => Text(WebUtility.HtmlEncode(string.Concat(a.Select(TemplateValues.Print)))),
        ["urlquery"] = static a => Text(Uri.EscapeDataString(string.Concat(a.Select(TemplateValues.Print))).Replace("%20", "+", StringComparison.Ordinal)),
        ["not"] = static a => JsonValue.Create(!TemplateValues.IsTrue(One(a, "not"))),
        ["and"] = static a => a.FirstOrDefault(v => !TemplateValues.IsTrue(v), a.Count > 0 ? a[^1] : throw TooFew("and")),
        ["or"] = static a => a.FirstOrDefault(TemplateValues.IsTrue, a.Count > 0 ? a[^1] : throw TooFew("or")),
    };

    /// <summary>Whether there is such a function.</summary>
    public static bool IsKnown(string name) => Table.ContainsKey(name);

    /// <summary>Calls a known function.</summary>
    public static JsonNode? Call(string name, IReadOnlyList<JsonNode?> arguments) => Table[name](arguments);

    private static JsonValue Text(string text) => JsonValue.Create(text);

    private static CommandException TooFew(string name) => TemplateErrors.Executing($"not enough arguments for {name}");

    private static JsonNode? One(IReadOnlyList<JsonNode?> arguments, string name) =>
        arguments.Count == 1 ? arguments[0] : throw TemplateErrors.Executing($"{name} takes one argument, not {arguments.Count}");

    private static IReadOnlyList<JsonNode?> AtLeastTwo(IReadOnlyList<JsonNode?> arguments, string name) => arguments.Count >= 2 ? arguments : throw TooFew(name);

    private static bool IsText(JsonNode? value) => value is JsonValue scalar && scalar.GetValueKind() == JsonValueKind.String;

    private static string TextOf(JsonNode? value, string name) => IsText(value)
        ? value!.GetValue<string>()
        : throw TemplateErrors.Executing($"{name} needs a text, not {TemplateValues.Print(value)}");

    private static int Length(JsonNode? value) => value switch
    {
        JsonArray array => array.Count,
        JsonObject map => map.Count,
        JsonValue scalar when scalar.GetValueKind() == JsonValueKind.String => Encoding.UTF8.GetByteCount(scalar.GetValue<string>()),
        null => 0,
        _ => throw TemplateErrors.Executing("len of a value that has no length"),
    };

    private static string Title(string text)
    {
        char[] characters = text.ToCharArray();
        for (int i = 0; i < characters.Length; i++)
            if (i == 0 || char.IsWhiteSpace(characters[i - 1])) characters[i] = char.ToUpperInvariant(characters[i]);
        return new string(characters);
    }

    private static string Join(IReadOnlyList<JsonNode?> arguments)
    {
        if (arguments.Count != 2) throw TemplateErrors.Executing("join takes a list and a separator");
        return arguments[0] switch
        {
            null => "",
            JsonArray array => string.Join(TextOf(arguments[1], "join"), array.Select(TemplateValues.Print)),
            _ => throw TemplateErrors.Executing("join needs a list"),
        };
    }

    private static JsonArray Split(IReadOnlyList<JsonNode?> arguments)
    {
        if (arguments.Count != 2) throw TemplateErrors.Executing("split takes a text and a separator");
        string[] parts = TextOf(arguments[0], "split").Split(TextOf(arguments[1], "split"));
        return new JsonArray([.. parts.Select(p => (JsonNode?)Text(p))]);
    }

    private static int Compare(IReadOnlyList<JsonNode?> arguments, string name)
    {
        if (arguments.Count != 2) throw TemplateErrors.Executing($"{name} takes two arguments, not {arguments.Count}");
        if (IsText(arguments[0]) && IsText(arguments[1])) return string.CompareOrdinal(TextOf(arguments[0], name), TextOf(arguments[1], name));
        return Number(arguments[0], name).CompareTo(Number(arguments[1], name));
    }

    private static double Number(JsonNode? value, string name) => value is JsonValue scalar && scalar.GetValueKind() == JsonValueKind.Number
        ? double.Parse(scalar.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture)
        : throw TemplateErrors.Executing($"{name} can't compare {TemplateValues.Print(value)}");

    private static string Pad(IReadOnlyList<JsonNode?> arguments)
    {
        const int Most = 10_000;
        if (arguments.Count != 3) throw TemplateErrors.Executing("pad takes a text and two numbers");
        string text = TextOf(arguments[0], "pad");
        return text.Length == 0 ? "" : new string(' ', Math.Clamp(WholeNumber(arguments[1], "pad"), 0, Most)) + text + new string(' ', Math.Clamp(WholeNumber(arguments[2], "pad"), 0, Most));
    }

    private static JsonNode Slice(IReadOnlyList<JsonNode?> arguments)
    {
        if (arguments.Count is < 1 or > 3) throw TemplateErrors.Executing("slice takes a text or list and one or two numbers");
        int length = Length(arguments[0]);
        int from = arguments.Count > 1 ? WholeNumber(arguments[1], "slice") : 0, to = arguments.Count > 2 ? WholeNumber(arguments[2], "slice") : length;
        if (from < 0 || from > to || to > length) throw TemplateErrors.Executing($"slice: {from} to {to} is out of range of {length}");
        if (arguments[0] is JsonArray list) return new JsonArray([.. list.Skip(from).Take(to - from).Select(v => v?.DeepClone())]);
        return Text(Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(TextOf(arguments[0], "slice")).AsSpan(from..to)));
    }

    private static JsonValue Truncate(IReadOnlyList<JsonNode?> arguments)
    {
        if (arguments.Count != 2) throw TemplateErrors.Executing("truncate takes a text and a length");
        string text = TextOf(arguments[0], "truncate");
        return Text(text[..Math.Clamp(WholeNumber(arguments[1], "truncate"), 0, text.Length)]);
    }

    private static int WholeNumber(JsonNode? value, string name) =>
        value is JsonValue && int.TryParse(value.ToJsonString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number)
            ? number
            : throw TemplateErrors.Executing($"{name} needs a number, not {TemplateValues.Print(value)}");

    private static JsonNode? Index(IReadOnlyList<JsonNode?> arguments)
    {
        if (arguments.Count == 0) throw TooFew("index");
        JsonNode? value = arguments[0];
        foreach (JsonNode? key in arguments.Skip(1))
        {
            value = value switch
            {
                // Of a map of texts Go gives an empty text, where it is nil as well.
                JsonObject map => map.TryGetPropertyValue(TextOf(key, "index"), out JsonNode? found) ? found : map.All(p => IsText(p.Value)) ? Text("") : null,
                null when IsText(key) => Text(""),
                JsonArray array when WholeNumber(key, "index") is var i && i >= 0 && i < array.Count => array[i],
                JsonArray array => throw TemplateErrors.Executing($"index out of range: {TemplateValues.Print(key)} of {array.Count}"),
                null => throw TemplateErrors.Executing($"index out of range: {TemplateValues.Print(key)} of 0"),
                _ => throw TemplateErrors.Executing("can't index a value that is neither list nor map"),
            };
        }

        return value;
    }
}
