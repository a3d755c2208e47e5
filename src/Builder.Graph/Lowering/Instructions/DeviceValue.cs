using Builder.Parser.Diagnostics;
using Builder.Parser.Syntax;

namespace Builder.Graph.Lowering.Instructions;

/// <summary>RUN --device: <c>vendor/class=name[,required]</c>. Steps are given no devices, so one that can do without runs without, and one that can't is refused.</summary>
internal static class DeviceValue
{
    /// <summary>Whether the step can run; what there is to say has been reported.</summary>
    public static bool Check(Word word, InstructionScope scope)
    {
        string name = "";
        bool required = false;
        foreach (string field in word.Text.Split(',', StringSplitOptions.TrimEntries))
        {
            string? switched = field.ToLowerInvariant() switch
            {
                "required" or "required=true" or "required=1" => "true",
                "required=false" or "required=0" => "false",
                _ => null,
            };
            if (switched is not null) required = switched == "true";
            else if (name.Length == 0) name = field.StartsWith("name=", StringComparison.OrdinalIgnoreCase) ? field["name=".Length..] : field;
            else return Refuse(word, $"'{field}' is no option of a device", scope);
        }

        if (name.Length == 0) return Refuse(word, "the device has no name", scope);
        if (required)
        {
            scope.Error("BLD2403", $"steps are given no devices, but this one requires '{name}'", word.Span, "without ',required' it runs without the device");
            return false;
        }

        scope.Report(new Diagnostic("BLD2405", Severity.Warning, $"steps are given no devices: this one runs without '{name}'", word.Span));
        return true;
    }

    private static bool Refuse(Word word, string message, InstructionScope scope)
    {
        scope.Error("BLD2218", message, word.Span, "write --device=vendor/class=name, with ',required' behind it where the step can't do without");
        return false;
    }
}
