using System.Buffers;

namespace Builder.Executor.Copying;

/// <summary>A <c>--chmod</c> value: an octal mode, or symbolic clauses as chmod(1) takes them (<c>u=rwX,go-w</c>).</summary>
internal sealed class ModeChange
{
    private const int SetUid = 0x800;
    private const int SetGid = 0x400;
    private const int Sticky = 0x200;
    private const int AnyExecute = 0x49;
    private const int LargestMode = 0xFFF;

    private static readonly SearchValues<char> Permissions = SearchValues.Create("rwxXst");

    private readonly List<(int Who, char Operator, string Permissions)> _clauses = [];

    private ModeChange(int? octal) => Octal = octal;

    /// <summary>The mode itself when given as a number.</summary>
    public int? Octal { get; }

    /// <summary>Reads a value.</summary>
    /// <exception cref="OperationException">Neither octal nor symbolic.</exception>
    public static ModeChange Parse(string text)
    {
        if (text.Length > 0 && text.All(c => c is >= '0' and <= '7'))
        {
            int mode = text.Length <= 8 ? Convert.ToInt32(text, 8) : int.MaxValue;
            return mode <= LargestMode ? new ModeChange(mode) : throw Malformed(text);
        }

        var change = new ModeChange(octal: null);
        foreach (string clause in text.Split(',')) change.ParseClause(clause, text);
        return change;
    }

    /// <summary>The mode after the change.</summary>
    public int Apply(int mode, bool isDirectory)
    {
        if (Octal is { } octal) return octal;
        foreach ((int who, char change, string permissions) in _clauses)
        {
            int bits = BitsOf(permissions, who, mode, isDirectory);
            mode = change switch
            {
                '+' => mode | bits,
                '-' => mode & ~bits,
                _ => (mode & ~Affected(who)) | bits,
            };
        }

        return mode;
    }

    private void ParseClause(string clause, string text)
    {
        int at = 0, who = 0;
        for (; at < clause.Length && clause[at] is 'u' or 'g' or 'o' or 'a'; at++)
            who |= clause[at] switch { 'u' => 4, 'g' => 2, 'o' => 1, _ => 7 };
        if (who == 0) who = 7;
        if (at == clause.Length) throw Malformed(text);
        while (at < clause.Length)
        {
            char change = clause[at++];
            if (change is not ('+' or '-' or '=')) throw Malformed(text);
            int start = at;
            while (at < clause.Length && clause[at] is not ('+' or '-' or '=')) at++;
            string permissions = clause[start..at];
            bool copies = permissions is "u" or "g" or "o";
            if (!copies && permissions.AsSpan().ContainsAnyExcept(Permissions)) throw Malformed(text);
            _clauses.Add((who, change, permissions));
        }
    }

    private static int BitsOf(string permissions, int who, int mode, bool isDirectory)
    {
        int triple = 0, special = 0;
        foreach (char permission in permissions)
        {
            triple |= permission switch
            {
                'r' => 4,
                'w' => 2,
                'x' => 1,
                'X' => isDirectory || (mode & AnyExecute) != 0 ? 1 : 0,
                'u' => (mode >> 6) & 7,
                'g' => (mode >> 3) & 7,
                'o' => mode & 7,
                _ => 0,
            };
            if (permission == 's') special |= ((who & 4) != 0 ? SetUid : 0) | ((who & 2) != 0 ? SetGid : 0);
            if (permission == 't') special |= Sticky;
        }

        return Spread(triple, who) | special;
    }

    private static int Spread(int triple, int who) =>
        ((who & 4) != 0 ? triple << 6 : 0) | ((who & 2) != 0 ? triple << 3 : 0) | ((who & 1) != 0 ? triple : 0);

    private static int Affected(int who) =>
        Spread(7, who) | ((who & 4) != 0 ? SetUid : 0) | ((who & 2) != 0 ? SetGid : 0) | (who == 7 ? Sticky : 0);

    private static OperationException Malformed(string text) =>
        new($"--chmod '{text}' is neither an octal mode up to 7777 nor symbolic", "examples: 755, u=rwX,go=rX, +x");
}
