using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Builder.Cli.Formatting.Templates;

/// <summary>Go's <c>printf</c>, with the verbs that texts, numbers and truths have: %s %v %d %q %t %x %f, their flags, width and precision.</summary>
internal static class TemplateFormat
{
    private const int MostWidth = 10_000;

    /// <summary>The text.</summary>
    /// <param name="arguments">The format, then its values.</param>
    /// <exception cref="CommandException">The format is wrong, or values are missing.</exception>
    public static string Apply(IReadOnlyList<JsonNode?> arguments)
    {
        if (arguments.Count == 0) throw TemplateErrors.Executing("not enough arguments for printf");
        string format = TemplateValues.Print(arguments[0]);
        var result = new StringBuilder();
        int next = 1;
        for (int i = 0; i < format.Length; i++)
        {
            if (format[i] != '%' || i + 1 == format.Length)
            {
                result.Append(format[i]);
                continue;
            }

            string flags = Span(format, ref i, "-+# 0");
            int? width = Number(format, ref i), precision = null;
            if (i + 1 < format.Length && format[i + 1] == '.')
            {
                i++;
                precision = Number(format, ref i) ?? 0;
            }

            char verb = ++i < format.Length ? format[i] : throw TemplateErrors.Executing("printf: the format ends in a verb");
            if (verb == '%') result.Append('%');
            else result.Append(Pad(Show(verb, precision, next < arguments.Count ? arguments[next++] : throw TemplateErrors.Executing("not enough arguments for printf")), flags, width ?? 0, verb));
        }

        return result.ToString();
    }

    private static string Show(char verb, int? precision, JsonNode? value)
    {
        string text = TemplateValues.Print(value);
        switch (verb)
        {
            case 's' or 'v' or 't' or 'd':
                return precision is { } most && verb is 's' or 'v' && most < text.Length ? text[..most] : text;
            case 'q':
                return TemplateValues.Json(JsonValue.Create(text));
            case 'x' or 'X':
                string hexadecimal = value is JsonValue number && number.GetValueKind() == JsonValueKind.Number && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long whole)
                    ? whole.ToString("x", CultureInfo.InvariantCulture)
                    : Convert.ToHexStringLower(Encoding.UTF8.GetBytes(text));
                return verb == 'X' ? hexadecimal.ToUpperInvariant() : hexadecimal;
            case 'f' when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double real):
                return real.ToString("F" + Math.Min(precision ?? 6, 30).ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
            default:
                throw TemplateErrors.Executing($"printf: %{verb} is not supported");
        }
    }

    private static string Pad(string text, string flags, int width, char verb)
    {
        if (flags.Contains('-', StringComparison.Ordinal)) return text.PadRight(width);
        bool hasZeros = flags.Contains('0', StringComparison.Ordinal) && verb is 'd' or 'x' or 'X' or 'f';
        return text.PadLeft(width, hasZeros ? '0' : ' ');
    }

    private static string Span(string format, ref int i, string of)
    {
        int start = i + 1;
        while (i + 1 < format.Length && of.Contains(format[i + 1], StringComparison.Ordinal)) i++;
        return format[start..(i + 1)];
    }

    private static int? Number(string format, ref int i)
    {
        string digits = Span(format, ref i, "0123456789");
        if (digits.Length == 0) return null;
        return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number <= MostWidth ? number : throw TemplateErrors.Executing($"printf: {digits} is too wide");
    }
}
