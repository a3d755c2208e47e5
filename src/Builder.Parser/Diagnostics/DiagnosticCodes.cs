namespace Builder.Parser.Diagnostics;

/// <summary>The codes of this project's findings. A code keeps its meaning for ever.</summary>
public static class DiagnosticCodes
{
    /// <summary>The file holds no instruction.</summary>
    public const string NoInstructions = "BLD1001";

    /// <summary>The first word of a line is no instruction.</summary>
    public const string UnknownInstruction = "BLD1002";

    /// <summary>A line is longer than the limit.</summary>
    public const string LineTooLong = "BLD1003";

    /// <summary>The escape directive names something else than backslash or backtick.</summary>
    public const string InvalidEscapeDirective = "BLD1004";

    /// <summary>A parser directive is given twice.</summary>
    public const string RepeatedDirective = "BLD1005";

    /// <summary>The file holds a NUL character.</summary>
    public const string NulCharacter = "BLD1006";

    /// <summary>A here-document has no terminator.</summary>
    public const string UnterminatedHeredoc = "BLD1007";

    /// <summary>A here-document stands where none can.</summary>
    public const string MisplacedHeredoc = "BLD1008";

    /// <summary>There are more problems than are reported.</summary>
    public const string TooManyProblems = "BLD1009";

    /// <summary>The file has more instructions than are read.</summary>
    public const string TooManyInstructions = "BLD1010";

    /// <summary>The file holds bytes that are not UTF-8.</summary>
    public const string InvalidUtf8 = "BLD1011";

    /// <summary>Something is newer than the version of the syntax that the file asks for.</summary>
    public const string TooNew = "BLD1012";

    /// <summary>The file is written for another frontend.</summary>
    public const string OtherLanguage = "BLD1013";

    /// <summary>An instruction has more words than are read.</summary>
    public const string TooManyWords = "BLD1014";

    /// <summary>An instruction lacks an argument.</summary>
    public const string MissingArgument = "BLD1101";

    /// <summary>An instruction has an argument it can't take.</summary>
    public const string UnexpectedArgument = "BLD1102";

    /// <summary>A JSON array holds something else than strings.</summary>
    public const string JsonNotStrings = "BLD1103";

    /// <summary>A word of a name=value list has no equals sign.</summary>
    public const string MissingEqualsSign = "BLD1104";

    /// <summary>A name is empty.</summary>
    public const string EmptyName = "BLD1105";

    /// <summary>SHELL has no JSON array.</summary>
    public const string JsonRequired = "BLD1106";

    /// <summary>A stage name has a character it can't have.</summary>
    public const string InvalidStageName = "BLD1107";

    /// <summary>ONBUILD can't hold this instruction.</summary>
    public const string InvalidTrigger = "BLD1108";

    /// <summary>HEALTHCHECK has neither CMD nor NONE.</summary>
    public const string InvalidHealthcheck = "BLD1109";

    /// <summary>The instruction has no such flag.</summary>
    public const string UnknownFlag = "BLD1201";

    /// <summary>A flag that can stand once is given again.</summary>
    public const string RepeatedFlag = "BLD1202";

    /// <summary>A flag has no value.</summary>
    public const string MissingFlagValue = "BLD1203";

    /// <summary>The value of a flag is neither true nor false.</summary>
    public const string InvalidBoolean = "BLD1204";

    /// <summary>Arguments look like a JSON array but aren't one, so the shell form is taken (warning).</summary>
    public const string MalformedJson = "BLD1301";

    /// <summary>The syntax directive names a frontend that is not for Dockerfiles (warning).</summary>
    public const string OtherFrontend = "BLD1303";

    /// <summary>An empty line stands inside a continued instruction (warning).</summary>
    public const string EmptyContinuation = "BLD1302";

    /// <summary>A flag with an empty value, which counts as none (warning).</summary>
    public const string EmptyFlag = "BLD1304";

    /// <summary>A flag of an instruction whose flags nobody reads (warning).</summary>
    public const string UnreadFlag = "BLD1305";

    /// <summary>The shell gets an empty command (warning).</summary>
    public const string EmptyCommand = "BLD1306";

    /// <summary>The name of an argument holds quotes (warning).</summary>
    public const string QuotedArgument = "BLD1307";

    /// <summary>A quote in a flag is never closed, so the rest of the line belongs to the flag (warning).</summary>
    public const string OpenQuote = "BLD1308";
}
