using System.Collections.Immutable;
using Builder.Graph.Lowering;
using Builder.Graph.Operations;
using Builder.Oci;
using Builder.Oci.Images;
using Builder.Parser;
using Builder.Parser.Diagnostics;
using Builder.Parser.Text;

namespace Builder.Graph.Tests.Lowering;

/// <summary>Lowers a Dockerfile as the command line does, answering requests for images from a table.</summary>
internal sealed class Lowered
{
    private static readonly Platform Amd64 = new("linux", "amd64");

    private Lowered(SourceText source, LoweringResult result, IReadOnlyList<ImageRequest> asked) => (Source, Result, Asked) = (source, result, asked);

    public SourceText Source { get; }

    /// <summary>The tree and what parsing found.</summary>
    public required ParseResult Parsed { get; init; }

    public LoweringResult Result { get; }

    /// <summary>Every image that was asked for, in order.</summary>
    public IReadOnlyList<ImageRequest> Asked { get; }

    public IEnumerable<Diagnostic> Errors => Result.Diagnostics.Where(d => d.Severity == Severity.Error);

    /// <summary>Warnings of lowering and findings of checks.</summary>
    public IEnumerable<Diagnostic> Warnings =>
        Result.Diagnostics.Where(d => d.Severity == Severity.Warning).Concat(Result.Checks.Findings.Select(finding => finding.Diagnostic));

    /// <summary>The build; fails the test when there are errors.</summary>
    public LoweredBuild Build
    {
        get
        {
            Assert.Empty(Errors.Select(d => $"{d.Code} {d.Message}"));
            return Assert.IsType<LoweredBuild>(Result.Build);
        }
    }

    public BuildGraph Graph => Build.Graph;

    public ContainerConfig Config => Build.Image.Config;

    public string[] History => [.. Build.History.Select(item => item.CreatedBy)];

    /// <summary>The file systems of the target, base first.</summary>
    public Operation[] Chain => [.. Graph.ParentChain(Graph.Target).Select(vertex => vertex.Operation)];

    public string[] Labels => [.. Graph.Vertices.Select(vertex => vertex.Origin.Label)];

    public ExecOperation[] Runs => [.. Chain.OfType<ExecOperation>()];

    public CopyOperation[] Copies => [.. Chain.OfType<CopyOperation>()];

    public static Lowered From(string dockerfile, Func<LoweringRequest, LoweringRequest>? options = null, params (string Name, ImageConfig Config)[] images)
    {
        var source = new SourceText(dockerfile, "Dockerfile");
        var request = new LoweringRequest { Parsed = DockerfileParser.Parse(source), TargetPlatform = Amd64, BuildPlatform = Amd64 };
        if (options is not null) request = options(request);
        var asked = new List<ImageRequest>();
        while (true)
        {
            LoweringResult result = DockerfileLowering.Lower(request);
            if (result.MissingImages.Count == 0) return new Lowered(source, result, asked) { Parsed = request.Parsed };
            Assert.Null(result.Build);
            foreach (ImageRequest image in result.MissingImages)
            {
                asked.Add(image);
                ImageConfig config = images.FirstOrDefault(known => ImageReference.Parse(known.Name) == image.Reference).Config ?? Image();
                request = request with { Images = request.Images.Add(image.Key, new ResolvedImage(DigestOf(image.Key), config)) };
            }
        }
    }

    public static LoweringRequest Request(string dockerfile) => new()
    {
        Parsed = DockerfileParser.Parse(new SourceText(dockerfile, "Dockerfile")),
        TargetPlatform = Amd64,
        BuildPlatform = Amd64,
    };

    /// <summary>An image with one layer.</summary>
    public static ImageConfig Image(ContainerConfig? config = null) => new()
    {
        Created = "2020-01-01T00:00:00Z",
        Os = "linux",
        Architecture = "amd64",
        Config = config ?? new ContainerConfig(),
        RootFs = new RootFs { DiffIds = [DigestOf("layer")] },
        History = [new HistoryEntry { CreatedBy = "base" }],
    };

    public static Digest DigestOf(string text) => Digest.Sha256(System.Text.Encoding.UTF8.GetBytes(text));

    public static Func<LoweringRequest, LoweringRequest> Arguments(params (string Name, string Value)[] arguments) => request =>
        request with { BuildArguments = arguments.ToImmutableSortedDictionary(a => a.Name, a => a.Value, StringComparer.Ordinal) };

    /// <summary>The only error, as the user sees it: code, underlined text, hint.</summary>
    public (string Code, string Culprit, string? Hint) SingleError()
    {
        Diagnostic error = Assert.Single(Errors);
        Assert.Null(Result.Build);
        return (error.Code, Source.TextOf(error.Span), error.Hint);
    }

    /// <summary>The only warning.</summary>
    public (string Code, string Culprit, string? Hint) SingleWarning()
    {
        Diagnostic warning = Assert.Single(Warnings);
        return (warning.Code, Source.TextOf(warning.Span), warning.Hint);
    }
}
