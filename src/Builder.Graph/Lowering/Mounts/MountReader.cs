using System.Globalization;
using Builder.Graph.Lowering.Instructions;
using Builder.Graph.Lowering.Values;
using Builder.Graph.Operations;
using Builder.Parser.Diagnostics;
using Builder.Parser.Syntax;

namespace Builder.Graph.Lowering.Mounts;

/// <summary>Reads the fields of one <c>--mount</c>, checking each by itself.</summary>
internal sealed class MountReader(InstructionScope scope)
{
    private static readonly string[] Keys =
    [
        "type", "from", "source", "src", "target", "dst", "destination", "readonly", "ro", "readwrite", "rw",
        "id", "sharing", "required", "size", "mode", "uid", "gid", "env",
    ];

    private bool _failed;

    /// <summary>The settings; null after an error. All errors have been reported.</summary>
    public MountSettings? Read(Word mount)
    {
        if (MountFields.Read(mount) is not { } fields)
        {
            scope.Error(
                "BLD2301",
                "a quote in this mount is not closed where a field ends",
                mount.Span,
                "quote whole fields, as in \\\"target=/a,b\\\"");
            return null;
        }

        var settings = new MountSettings();
        foreach (MountField field in fields)
        {
            settings.Places[field.Key] = field.Span;
            if (field.Value is null) ReadFlag(field, settings);
            else if (scope.Expand(field.Value) is { } value) ReadValue(field, value, settings);
            else _failed = true;
        }

        return _failed ? null : settings;
    }

    private void ReadFlag(MountField field, MountSettings settings)
    {
        switch (field.Key)
        {
            case "readonly" or "ro":
                settings.ReadOnly = true;
                break;
            case "readwrite" or "rw":
                settings.ReadOnly = false;
                break;
            case "required":
                ReadRequired(field, "true", settings);
                break;
            case "":
                Fail("BLD2302", "a field of this mount is empty", field, "remove the comma");
                break;
            default:
                if (Keys.Contains(field.Key)) Fail("BLD2303", $"'{field.Key}' needs a value", field, $"write {field.Key}=VALUE");
                else FailUnknown(field);
                break;
        }
    }

    private void ReadValue(MountField field, string value, MountSettings settings)
    {
        switch (field.Key)
        {
            case "type":
                ReadType(field, value, settings);
                break;
            case "from":
                settings.From = value.Length > 0 ? field.Value : null;
                break;
            case "source" or "src":
                settings.Source = value;
                break;
            case "target" or "dst" or "destination":
                settings.Target = value;
                break;
            case "readonly" or "ro":
                settings.ReadOnly = ReadBoolean(field, value);
                break;
            case "readwrite" or "rw":
                settings.ReadOnly = !ReadBoolean(field, value);
                break;
            case "required":
                ReadRequired(field, value, settings);
                break;
            case "id":
                settings.Id = value;
                break;
            case "env":
                settings.EnvironmentName = value;
                break;
            case "sharing":
                ReadSharing(field, value, settings);
                break;
            case "size":
                ReadSize(field, value, settings);
                break;
            case "mode":
                settings.Mode = ReadNumber(field, value, 8);
                break;
            case "uid":
                settings.Uid = ReadNumber(field, value, 10);
                break;
            case "gid":
                settings.Gid = ReadNumber(field, value, 10);
                break;
            default:
                FailUnknown(field);
                break;
        }
    }

    private void ReadType(MountField field, string value, MountSettings settings)
    {
        string name = value.ToLowerInvariant();
        string[] names = ["bind", "cache", "tmpfs", "secret", "ssh"];
        int index = Array.IndexOf(names, name);
        if (index >= 0) settings.Type = (MountType)index;
        else
            Fail(
                "BLD2304",
                $"'{value}' is not a mount type",
                field,
                Suggestion.Hint(name, names) ?? "the types are bind, cache, tmpfs, secret and ssh");
    }

    private void ReadSharing(MountField field, string value, MountSettings settings)
    {
        string name = value.ToLowerInvariant();
        string[] names = ["shared", "private", "locked"];
        int index = Array.IndexOf(names, name);
        if (index >= 0) settings.Sharing = (CacheSharing)index;
        else
            Fail(
                "BLD2304",
                $"'{value}' is not a way of sharing a cache",
                field,
                Suggestion.Hint(name, names) ?? "write shared, private or locked");
    }

    private void ReadSize(MountField field, string value, MountSettings settings)
    {
        if (settings.Type != MountType.Tmpfs)
            Fail("BLD2305", $"'size' is only for type=tmpfs, not {NameOf(settings.Type)}", field, "write type=tmpfs before size");
        else if (ByteSize.TryParse(value, out long size)) settings.Size = size == 0 ? null : size;
        else Fail("BLD2304", $"'{value}' is not a size", field, "write a number with an optional unit, such as 64m");
    }

    private void ReadRequired(MountField field, string value, MountSettings settings)
    {
        if (settings.Type is MountType.Secret or MountType.Ssh) settings.Required = ReadBoolean(field, value);
        else
            Fail(
                "BLD2305",
                $"'required' is only for secrets and ssh, not {NameOf(settings.Type)}",
                field,
                "write type=secret or type=ssh before required");
    }

    // The spellings of Go's strconv.ParseBool.
    private bool ReadBoolean(MountField field, string value)
    {
        if (value is "1" or "t" or "T" or "true" or "TRUE" or "True") return true;
        if (value is not ("0" or "f" or "F" or "false" or "FALSE" or "False"))
            Fail("BLD2304", $"'{field.Key}' is true or false, not '{value}'", field, Suggestion.Hint(value, ["true", "false"]));
        return false;
    }

    private int? ReadNumber(MountField field, string value, int numberBase)
    {
        bool valid = value.Length is > 0 and <= 10 && value.All(c => char.IsAsciiDigit(c) && c - '0' < numberBase);
        long number = valid ? (numberBase == 8 ? Convert.ToInt64(value, 8) : long.Parse(value, CultureInfo.InvariantCulture)) : -1;
        long limit = numberBase == 8 ? 4095 : int.MaxValue;
        if (number >= 0 && number <= limit) return (int)number;
        string hint = numberBase == 8 ? "write permission bits in octal, such as 0755" : "write a number; names aren't looked up here";
        Fail("BLD2304", $"'{value}' is not a {field.Key}", field, hint);
        return null;
    }

    private void FailUnknown(MountField field)
    {
        string hint = Suggestion.Hint(field.Key, Keys) ?? "keys are " + string.Join(", ", Keys);
        _failed = true;
        scope.Error("BLD2302", $"a mount has no key '{field.Key}'", field.KeySpan, hint);
    }

    private void Fail(string code, string message, MountField field, string? hint)
    {
        _failed = true;
        scope.Error(code, message, field.Value is { Text.Length: > 0 } value && code == "BLD2304" ? value.Span : field.Span, hint);
    }

    internal static string NameOf(MountType type) => type.ToString().ToLowerInvariant();
}
