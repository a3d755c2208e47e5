using Builder.Parser.Syntax;

namespace Builder.Graph.Expansion;

/// <summary>What follows a dollar sign.</summary>
internal sealed partial class ExpansionPass
{
    private string ReadVariable()
    {
        int opener = _position++;
        if (AtEnd || _text[_position] != '{')
        {
            string plain = ReadName();
            return plain.Length == 0 ? "$" : ValueOf(plain, opener) ?? "";
        }

        _position++;
        if (_depth == MaxDepth)
        {
            Fail("BLD2106", $"substitutions are nested deeper than {MaxDepth}", opener, _position, hint: null);
            return "";
        }

        _depth++;
        string value = ReadBraced(opener);
        _depth--;
        return value;
    }

    private string ReadBraced(int opener)
    {
        if (AtEnd) return Unclosed(opener);
        string name = ReadName();
        if (name.Length == 0)
        {
            int end = Math.Min(_position + 1, _text.Length);
            Fail("BLD2103", "this substitution names no variable", opener, end, "write ${name}; a literal '$' is escaped");
            return "";
        }

        if (AtEnd) return Unclosed(opener);
        char operation = _text[_position++];
        switch (operation)
        {
            case '}':
                return ValueOf(name, opener) ?? "";
            case '-' or '+' or '?':
                return ReadConditional(name, operation, emptyIsUnset: false, opener);
            case '#' or '%':
                return ReadTrimmed(name, operation == '%', opener);
            case '/':
                return ReadReplaced(name, opener);
            case ':' when !AtEnd && _text[_position] is '-' or '+' or '?':
                return ReadConditional(name, _text[_position++], emptyIsUnset: true, opener);
            default:
                return Unsupported(operation, opener);
        }
    }

    private string ReadConditional(string name, char operation, bool emptyIsUnset, int opener)
    {
        string? value = Lookup(name);
        bool present = value is not null && !(emptyIsUnset && value.Length == 0);
        bool needed = operation == '+' ? present : !present;

        // What isn't used can't fail for want of a variable, nor is it worth a warning.
        int undefinedBefore = _undefined.Count;
        if (!needed) _discarded++;
        string argument = ReadUntil('}', rawEscapes: false, opener);
        if (!needed)
        {
            _discarded--;
            _undefined.RemoveRange(undefinedBefore, _undefined.Count - undefinedBefore);
        }

        if (operation == '+') return present ? argument : "";
        if (present) return value!; // present says that it isn't null
        if (operation == '-') return argument;
        if (_discarded == 0)
        {
            string state = value is null ? "is not set" : "is empty";
            string message = argument.Length > 0 ? $"{name}: {argument}" : $"the required variable '{name}' {state}";
            Fail("BLD2104", message, opener, _position, argument.Length > 0 ? $"the variable '{name}' {state}" : null);
        }

        return "";
    }

    private string ReadTrimmed(string name, bool suffix, int opener)
    {
        char operation = suffix ? '%' : '#';
        bool longest = !AtEnd && _text[_position] == operation;
        if (longest) _position++;
        WildcardPattern? pattern = ReadPattern('}', opener);
        if (pattern is null) return "";
        string value = ValueOf(name, opener) ?? "";
        return suffix ? pattern.TrimEnd(value, longest) : pattern.TrimStart(value, longest);
    }

    private string ReadReplaced(string name, int opener)
    {
        bool all = !AtEnd && _text[_position] == '/';
        if (all) _position++;
        WildcardPattern? pattern = ReadPattern('/', opener);
        string replacement = ReadUntil('}', rawEscapes: true, opener);
        if (pattern is null || _fault is not null) return "";
        string value = ValueOf(name, opener) ?? "";
        string? replaced = pattern.Replace(value, replacement, all, MaxLength);
        if (replaced is not null) return replaced;
        Fail("BLD2106", $"the expanded text is longer than {MaxLength} characters", opener, _position, hint: null);
        return "";
    }

    private WildcardPattern? ReadPattern(char stop, int opener)
    {
        int start = _position;
        string source = ReadUntil(stop, rawEscapes: true, opener);
        if (_fault is not null) return null;
        WildcardPattern? pattern = WildcardPattern.Parse(source, escape, out string? problem);
        if (pattern is null) Fail("BLD2105", $"invalid pattern '{source}': {problem}", start, _position - 1, hint: null);
        return pattern;
    }

    private string Unsupported(char operation, int opener)
    {
        string modifier = operation == ':' && !AtEnd ? $":{_text[_position]}" : operation.ToString();
        if (modifier == ":" && AtEnd) return Unclosed(opener);
        bool assigns = modifier is "=" or ":=";
        string hint = assigns ? "a Dockerfile can't assign here; use ':-' for a default" : "supported are :- - :+ + :? ? # ## % %% / //";
        Fail("BLD2103", $"'{modifier}' is not a supported modifier in a substitution", opener, Math.Min(_position + 1, _text.Length), hint);
        return "";
    }

    private string Unclosed(int opener)
    {
        Fail("BLD2102", "this '${' is never closed", opener, _text.Length, "add the missing '}'");
        return "";
    }

    /// <summary>Value of a variable whose absence nothing provides for.</summary>
    private string? ValueOf(string name, int opener)
    {
        string? value = Lookup(name);
        if (value is null && _undefined.Count < MaxUndefined) _undefined.Add(new Word(name, SpanOf(opener, _position)));
        return value;
    }

    /// <summary>Positional and special parameters never have a value in a Dockerfile.</summary>
    private string? Lookup(string name) => IsSpecial(name[0]) || char.IsDigit(name[0]) ? null : lookup(name);

    private string ReadName()
    {
        int start = _position;
        if (AtEnd) return "";
        if (IsSpecial(_text[_position]) && !char.IsDigit(_text[_position]))
        {
            _position++;
        }
        else if (char.IsDigit(_text[_position]))
        {
            while (!AtEnd && char.IsDigit(_text[_position])) _position++;
        }
        else
        {
            while (!AtEnd && (char.IsLetterOrDigit(_text[_position]) || _text[_position] == '_')) _position++;
        }

        return _text[start.._position];
    }

    private static bool IsSpecial(char c) => c is '@' or '*' or '#' or '?' or '-' or '$' or '!' or '0';
}
