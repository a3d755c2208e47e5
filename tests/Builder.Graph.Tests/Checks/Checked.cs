using Builder.Graph.Checks;
using Builder.Graph.Lowering;
using Builder.Graph.Tests.Lowering;
using Builder.Oci.Images;
using Builder.Parser.Text;

namespace Builder.Graph.Tests.Checks;

/// <summary>What the checks say of a Dockerfile.</summary>
internal sealed class Checked
{
    private Checked(Lowered lowered) => (Source, Report) = (lowered.Source, lowered.Result.Checks);

    public SourceText Source { get; }

    public CheckReport Report { get; }

    /// <summary>Rule and underlined text of each finding.</summary>
    public (string Rule, string Culprit)[] Findings => [.. Report.Findings.Select(f => (f.Rule.Name, Source.TextOf(f.Diagnostic.Span)))];

    /// <summary>As <c>--check</c> does it: every stage, every rule.</summary>
    public static Checked All(string dockerfile, Func<LoweringRequest, LoweringRequest>? options = null, params (string Name, ImageConfig Config)[] images) =>
        new(Lowered.From(dockerfile, request => Apply(request with { Checks = new CheckOptions { Advice = true, AllStages = true } }, options), images));

    /// <summary>As a normal build does it.</summary>
    public static Checked Build(string dockerfile, Func<LoweringRequest, LoweringRequest>? options = null, params (string Name, ImageConfig Config)[] images) =>
        new(Lowered.From(dockerfile, request => Apply(request, options), images));

    /// <summary>The underlined texts of one rule's findings.</summary>
    public string[] Of(string rule) => [.. Findings.Where(finding => finding.Rule == rule).Select(finding => finding.Culprit)];

    /// <summary>The Dockerfile with all fixes of one rule made.</summary>
    public string Fixed(string rule)
    {
        string text = Source.Text;
        foreach (CheckFinding finding in Report.Findings.Where(f => f.Rule.Name == rule && f.Fix is not null).Reverse())
        {
            TextEdit fix = finding.Fix!; // filtered
            text = text[..fix.Span.Start] + fix.NewText + text[fix.Span.End..];
        }

        return text;
    }

    private static LoweringRequest Apply(LoweringRequest request, Func<LoweringRequest, LoweringRequest>? options) =>
        options is null ? request : options(request);
}
