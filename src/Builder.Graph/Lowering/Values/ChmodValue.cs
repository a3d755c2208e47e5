using System.Text.RegularExpressions;

namespace Builder.Graph.Lowering.Values;

/// <summary>The value of <c>--chmod</c>: octal up to 7777, or symbolic as chmod(1) has it.</summary>
internal static partial class ChmodValue
{
    /// <summary>Whether a text is such a value.</summary>
    public static bool IsValid(string text) => Grammar().IsMatch(text);

    [GeneratedRegex(
        @"\A(?:0*[0-7]{1,4}|[ugoa]*(?:[-+=](?:[rwxXst]*|[ugo]))+(?:,[ugoa]*(?:[-+=](?:[rwxXst]*|[ugo]))+)*)\z",
        RegexOptions.NonBacktracking)]
    private static partial Regex Grammar();
}
