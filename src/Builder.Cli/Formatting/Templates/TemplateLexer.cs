using System.Text;

namespace Builder.Cli.Formatting.Templates;

/// <summary>Cuts the inside of an action into tokens.</summary>
internal static class TemplateLexer
{
    /// <summary>The tokens.</summary>
    /// <exception cref="CommandException">A character that can't be there.</exception>
    public static IReadOnlyList<TemplateToken> Tokens(string action)
    {
        var tokens = new List<TemplateToken>();
        int i = 0;
        bool glued = false;
        while (i < action.Length)
        {
            if (char.IsWhiteSpace(action[i]))
            {
                i++;
                glued = false;
                continue;
            }

            tokens.Add(Next(action, ref i, glued));
            glued = true;
        }

        return tokens;
    }

    private static TemplateToken Next(string action, ref int i, bool glued)
    {
        char c = action[i];
        switch (c)
        {
            case '|' or '(' or ')' or ',':
                i++;
                return new TemplateToken(TokenKind.Mark, c.ToString(), glued);
            case ':' when i + 1 < action.Length && action[i + 1] == '=':
                i += 2;
                return new TemplateToken(TokenKind.Mark, ":=", glued);
            case '"':
                return new TemplateToken(TokenKind.Text, Quoted(action, ref i), glued);
            case '`':
                return new TemplateToken(TokenKind.Text, Raw(action, ref i), glued);
            case '.':
                i++;
                return new TemplateToken(TokenKind.Field, Name(action, ref i), glued);
            case '$':
                i++;
                return new TemplateToken(TokenKind.Variable, "$" + Name(action, ref i), glued);
        }

        if (char.IsAsciiDigit(c) || (c == '-' && i + 1 < action.Length && char.IsAsciiDigit(action[i + 1])))
        {
            int start = i++;
            while (i < action.Length && (char.IsAsciiDigit(action[i]) || action[i] == '.')) i++;
            return new TemplateToken(TokenKind.Number, action[start..i], glued);
        }

        string word = Name(action, ref i);
        return word.Length > 0
            ? new TemplateToken(TokenKind.Word, word, glued)
            : throw TemplateErrors.Parsing($"unexpected {TemplateErrors.Show(c)} in {{{{{action}}}}}");
    }

    private static string Name(string action, ref int i)
    {
        int start = i;
        while (i < action.Length && (char.IsLetterOrDigit(action[i]) || action[i] == '_')) i++;
        return action[start..i];
    }

    private static string Raw(string action, ref int i)
    {
        int end = action.IndexOf('`', i + 1);
        if (end < 0) throw TemplateErrors.Parsing("unterminated raw quoted string");
        string text = action[(i + 1)..end];
        i = end + 1;
        return text;
    }

    private static string Quoted(string action, ref int i)
    {
        var text = new StringBuilder();
        for (i++; i < action.Length && action[i] != '"'; i++)
        {
            if (action[i] != '\\' || i + 1 >= action.Length)
            {
                text.Append(action[i]);
                continue;
            }

            text.Append(action[++i] switch
            {
                'n' => '\n',
                't' => '\t',
                'r' => '\r',
                var other => other,
            });
        }

        if (i >= action.Length) throw TemplateErrors.Parsing("unterminated quoted string");
        i++;
        return text.ToString();
    }
}
