using System.Globalization;
using Builder.Oci;
using Builder.Parser.Diagnostics;
using Builder.Parser.Syntax;

namespace Builder.Graph.Lowering.Stages;

/// <summary>Finds what <c>COPY --from</c> and <c>RUN --mount=from=</c> name.</summary>
internal sealed class FromResolver(StageList stages, LoweringRequest request)
{
    /// <summary>Resolves one name; null when that failed, which has been reported.</summary>
    /// <param name="name">As written.</param>
    /// <param name="flag">How messages call the place: <c>COPY --from</c> or <c>RUN --mount from</c>.</param>
    /// <param name="user">The stage that uses it.</param>
    /// <param name="byIndex">Whether a number means a stage.</param>
    /// <param name="line">Line of the user.</param>
    /// <param name="report">Takes findings.</param>
    public FileSystemSource? Resolve(Word name, string flag, StageSyntax user, bool byIndex, int line, Action<Diagnostic> report)
    {
        string text = name.Text;
        if (text.Contains('$', StringComparison.Ordinal) && text.IndexOf('$', StringComparison.Ordinal) < text.Length - 1)
        {
            return Fail(
                "BLD2011",
                $"{flag} can't use variables",
                "give the image a stage of its own, 'FROM $NAME AS source' with a global ARG, and name that stage here");
        }

        if (byIndex && int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int index))
            return ResolveIndex(index);
        if (NamedSource.Find(request, text, request.TargetPlatform, name.Span, line) is { } named) return named;
        if (stages.FindLast(text) is { } stage)
        {
            if (stage.Index < user.Index) return new StageSource(stage.Index);
            string problem = stage.Index == user.Index ? "the stage it stands in" : "a stage that is defined further down";
            return Fail(
                "BLD2010", $"{flag} names '{text}', {problem}", "a stage can only be used below its own end: move it up, or name another");
        }

        if (text == "scratch") return new ScratchSource();
        string? near = Suggestion.Hint(text, stages.NamesAbove(user.Index));
        if (!StageBase.TryReadImage(text, out ImageReference? reference, out string reason))
            return Fail("BLD2013", $"{flag} names no stage above, and {reason}", near);
        var wanted = new ImageRequest(reference, request.TargetPlatform, line) { Span = name.Span, Hint = near };
        if (near is not null && !(request.Images.TryGetValue(wanted.Key, out ResolvedImage? known) && known.IsKnown))
        {
            string message = $"{flag} names '{text}', which is no stage above this line and is taken for the image {reference}";
            report(new Diagnostic("BLD2014", Severity.Warning, message, name.Span, near));
        }

        return new ImageSource(wanted);

        FileSystemSource? ResolveIndex(int number)
        {
            if (number >= 0 && number < user.Index) return new StageSource(number);
            string defined = user.Index switch
            {
                0 => "there is no stage above this one",
                1 => "only stage 0 is defined above",
                _ => $"stages 0 to {user.Index - 1} are defined above",
            };
            return number >= 0 && number < stages.Stages.Length
                ? Fail("BLD2010", $"{flag} names stage {number}, which isn't finished at this line", defined)
                : Fail("BLD2012", $"{flag} names stage {number}, which doesn't exist", defined);
        }

        FileSystemSource? Fail(string code, string message, string? hint)
        {
            report(new Diagnostic(code, Severity.Error, message, name.Span, hint));
            return null;
        }
    }
}
