using System.Text;
using Builder.Graph.Lowering;
using Builder.Oci;
using Builder.Oci.Images;
using Builder.Parser;
using Builder.Parser.Diagnostics;
using Builder.Parser.Syntax;
using Builder.Parser.Text;

namespace Builder.Fuzzing.Tests.Targets;

/// <summary>Dockerfiles: parsed and lowered, with a base image that has triggers of its own.</summary>
internal sealed class DockerfileTarget : IFuzzTarget
{
    private static readonly Platform Amd64 = new("linux", "amd64");

    private static readonly ImageConfig Base = new()
    {
        Architecture = Amd64.Architecture,
        Os = Amd64.Os,
        Config = new ContainerConfig
        {
            Env = ["PATH=/bin", "V=x y", "N="],
            OnBuild = ["RUN <<E\n$V\nE", "COPY --from=build $V /", "ENV T=${V:-t}"],
            WorkingDir = "/w",
        },
    };

    public string Name => "dockerfile";

    public IReadOnlyList<byte[]> Seeds { get; } =
    [
        .. Directory.EnumerateFiles(Path.Combine(Repository(), "testdata", "dockerfiles"), "Dockerfile", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal).Select(File.ReadAllBytes),
        .. new[]
        {
            "# syntax=docker/dockerfile:1\n# escape=`\nARG A=b\nFROM --platform=$BUILDPLATFORM x:$A AS build\nRUN a `\n\n# c\n  b\n",
            "FROM x AS build\nRUN --mount=type=cache,target=/c,id=$V,sharing=locked --mount=type=bind,from=build,target=b <<-'E' cat\n\ta $b\n\tE\n",
            "FROM x AS build\nFROM build\nCOPY <<A <<\"B\" c --chown /d/\n${V#x*} ${N:+y}\nA\n$b\nB\nONBUILD COPY --from=build <<C /e\nf\nC\n",
            "FROM x\nENV A=1 B=\"${A%%?*}\" 'c d'=${V/x/${V//y/z}}\nLABEL a b\\ c\nARG D=$A E\nEXPOSE 1-3/udp $A:80\nVOLUME [\"/a\", \"b c\"]\n",
            "FROM x\nHEALTHCHECK --interval=1m --retries=3 CMD [\"a\"]\nSTOPSIGNAL SIGRTMIN+3\nSHELL [\"/bin/a\"]\nCMD [ 'x' ]\nENTRYPOINT []\nUSER a:b\nWORKDIR ../$V\n",
        }.Select(Encoding.UTF8.GetBytes),
    ];

    public IReadOnlyList<string> Words { get; } =
    [
        "\n", "\r\n", "\\\n", "`\n", "\t", " ", "#", "# escape=`\n", "# syntax=", "# check=", "FROM ", "FROM scratch\n", "AS ", "ARG ", "ENV ", "LABEL ", "RUN ", "COPY ", "ADD ",
        "ONBUILD ", "EXPOSE ", "VOLUME ", "USER ", "WORKDIR ", "CMD ", "SHELL ", "HEALTHCHECK ", "STOPSIGNAL ", "MAINTAINER ", "--from=", "--mount=", "--chmod=", "--", "=", "$", "${", "}",
        "${V:-", "${V:?", "${V##", "${V//", "/", "*", "?", ":", "\"", "'", "[", "]", "{", ",", "\\", "<<E", "<<-E", "\nE\n", "type=cache,", "target=", "build", "0", "65536", "-1", "\0", "\uFEFF", "\u00A0", "日",
    ];

    public void Read(byte[] input)
    {
        SourceText source = SourceText.FromUtf8(input, "Dockerfile");
        ParseResult parsed = DockerfileParser.Parse(source);
        Assert.True(parsed.HasErrors || parsed.Dockerfile.Instructions.Count > 0);
        CheckPlaces(source, parsed.Diagnostics);
        foreach (Instruction instruction in parsed.Dockerfile.Instructions) CheckPlace(source, instruction.Span);

        var request = new LoweringRequest { Parsed = parsed, TargetPlatform = Amd64, BuildPlatform = Amd64 };
        while (true)
        {
            LoweringResult result = DockerfileLowering.Lower(request);
            CheckPlaces(source, result.Diagnostics);
            bool failed = parsed.HasErrors || result.Diagnostics.Any(d => d.Severity == Severity.Error);
            Assert.Equal(failed, result.Build is null && result.MissingImages.Count == 0);
            if (result.MissingImages.Count == 0) return;
            int known = request.Images.Count;
            foreach (ImageRequest image in result.MissingImages)
                request = request with { Images = request.Images.SetItem(image.Key, new ResolvedImage(Digest.Sha256(Encoding.UTF8.GetBytes(image.Key.ToString())), Base)) };
            Assert.True(request.Images.Count > known);
        }
    }

    private static void CheckPlaces(SourceText source, IEnumerable<Diagnostic> diagnostics)
    {
        foreach (Diagnostic diagnostic in diagnostics) CheckPlace(source, diagnostic.Span);
    }

    private static void CheckPlace(SourceText source, SourceSpan span)
    {
        Assert.InRange(span.Start, 0, source.Text.Length);
        Assert.InRange(span.End, span.Start, source.Text.Length);
        Assert.InRange(source.PositionOf(span.Start).Line, 1, source.LineCount);
    }

    private static string Repository()
    {
        string? directory = AppContext.BaseDirectory;
        while (directory is not null && !File.Exists(Path.Combine(directory, "Builder.sln"))) directory = Path.GetDirectoryName(directory);
        return directory ?? throw new InvalidOperationException($"no solution above {AppContext.BaseDirectory}");
    }
}
