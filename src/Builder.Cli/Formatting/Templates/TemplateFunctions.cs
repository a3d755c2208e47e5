using System.Globalization;
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
        ["printf"] = static a => Text(Format(a)),
        ["join"] = static a => Text(Join(a)),
        ["split"] = static a => Split(a),
        ["truncate"] = static a => Truncate(a),
        ["index"] = static a => Index(a),
        ["eq"] = static a => JsonValue.Create(AtLeastTwo(a, "eq").Skip(1).Any(other => JsonNode.DeepEquals(a[0], other))),
        ["ne"] = static a => JsonValue.Create(!JsonNode.DeepEquals(AtLeastTwo(a, "ne")[0], a[1])),
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

    private static string TextOf(JsonNode? value, string name) => value is JsonValue scalar && scalar.GetValueKind() == JsonValueKind.String
        ? scalar.GetValue<string>()
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
                JsonObject map => map[TextOf(key, "index")],
                JsonArray array when WholeNumber(key, "index") is var i && i >= 0 && i < array.Count => array[i],
                JsonArray array => throw TemplateErrors.Executing($"index out of range: {TemplateValues.Print(key)} of {array.Count}"),
                null => null,
                _ => throw TemplateErrors.Executing("can't index a value that is neither list nor map"),
            };
        }

        return value;
    }

    // %s %v %d %q and %%, which is what image and container formats use.
    private static string Format(IReadOnlyList<JsonNode?> arguments)
    {
        if (arguments.Count == 0) throw TooFew("printf");
        string format = TextOf(arguments[0], "printf");
        var result = new StringBuilder();
        int next = 1;
        for (int i = 0; i < format.Length; i++)
        {
            if (format[i] != '%' || i + 1 == format.Length)
            {
                result.Append(format[i]);
                continue;
            }

            char verb = format[++i];
            if (verb == '%')
            {
                result.Append('%');
                continue;
            }

            JsonNode? value = next < arguments.Count ? arguments[next++] : throw TooFew("printf");
            result.Append(verb switch
            {
                's' or 'v' or 'd' => TemplateValues.Print(value),
                'q' => TemplateValues.Json(Text(TemplateValues.Print(value))),
                _ => throw TemplateErrors.Executing($"printf: %{verb} is not supported"),
            });
        }

        return result.ToString();
    }
}
