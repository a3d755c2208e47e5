namespace Builder.Executor.Copying;

/// <summary>A numeric owner and group.</summary>
internal readonly record struct FileOwner(int Uid, int Gid)
{
    public static FileOwner Root => default;

    /// <summary>
    /// Reads a <c>--chown</c> value: <c>user[:group]</c>, names or numbers. A number alone is the group too; a name alone brings its
    /// primary group. An empty user is root, an empty group counts as none.
    /// </summary>
    /// <param name="text">The value.</param>
    /// <param name="accounts">Of the destination; asked for only when there is a name to look up.</param>
    /// <exception cref="OperationException">An unknown name.</exception>
    public static FileOwner ParseChown(string text, Func<AccountDatabase> accounts) => Parse(text, "--chown", accounts);

    /// <summary>
    /// Reads a USER value, as the owner of what WORKDIR makes: by the rules of --chown, not by those of a step, for which a number alone brings the
    /// primary group of its entry or 0. An empty one is root.
    /// </summary>
    /// <exception cref="OperationException">An unknown name.</exception>
    public static FileOwner ParseUser(string text, Func<AccountDatabase> accounts) => text.Length == 0 ? Root : Parse(text, "USER", accounts);

    private static FileOwner Parse(string text, string what, Func<AccountDatabase> accounts)
    {
        (string user, string? group) = Split(text, what);
        int uid, gid;
        if (user.Length == 0) uid = gid = 0;
        else if (AccountDatabase.TryParseId(user, out uid)) gid = uid;
        else (uid, gid) = accounts().FindUser(user) ?? throw Unknown("user", user, "/etc/passwd");
        return new FileOwner(uid, group is null ? gid : ParseGroup(group, accounts));
    }

    private static (string User, string? Group) Split(string text, string what)
    {
        string[] parts = text.Split(':');
        if (parts.Length > 2) throw new OperationException($"{what} '{text}' is not of the form user[:group]");
        return (parts[0], parts.Length == 2 && parts[1].Length > 0 ? parts[1] : null);
    }

    private static int ParseGroup(string group, Func<AccountDatabase> accounts) =>
        AccountDatabase.TryParseId(group, out int gid) ? gid : accounts().FindGroup(group) ?? throw Unknown("group", group, "/etc/group");

    private static OperationException Unknown(string kind, string name, string file) =>
        new($"the {kind} '{name}' is not in {file} of the image", "names are looked up in the stage that is written to; use a number for one it doesn't have");
}
