using System.Security.Cryptography;

namespace Builder.Cache.Storage;

/// <summary>Random names of lower-case letters and digits.</summary>
internal static class ShortId
{
    private const string Alphabet = "abcdefghijklmnopqrstuvwxyz0123456789";

    internal static string New(int length) => RandomNumberGenerator.GetString(Alphabet, length);

    /// <summary>Whether a text could be such a name; nothing else is ever made part of a path.</summary>
    internal static bool IsValid(string text) =>
        text.Length is > 0 and <= 10 && text.All(c => c is >= 'a' and <= 'z' or >= '0' and <= '9');
}
