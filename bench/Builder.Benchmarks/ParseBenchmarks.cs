using System.Text;
using BenchmarkDotNet.Attributes;
using Builder.Parser;
using Builder.Parser.Text;

namespace Builder.Benchmarks;

/// <summary>Text to syntax tree.</summary>
[MemoryDiagnoser]
public class ParseBenchmarks
{
    private byte[] _text = [];

    [Params(1, 100)]
    public int Stages { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var text = new StringBuilder("# syntax=docker/dockerfile:1\nARG VERSION=1.2\n");
        for (int i = 0; i < Stages; i++)
        {
            text.Append("FROM debian:bookworm AS stage").Append(i).Append('\n')
                .Append("ARG VERSION\nENV A=1 B=\"two words\" PATH=/opt/bin:$PATH\nWORKDIR /src\n")
                .Append("RUN --mount=type=cache,target=/var/cache/apt \\\n    apt-get update \\\n    # why\n && apt-get install -y gcc make\n")
                .Append("COPY --chown=1:1 --from=base src/*.c include/ ./\nRUN <<EOF\nset -e\nmake VERSION=$VERSION\nEOF\n")
                .Append("LABEL org.example.title='a title' org.example.version=${VERSION:-none}\nCMD [\"/bin/app\", \"--serve\"]\n");
        }

        _text = Encoding.UTF8.GetBytes(text.ToString());
        if (Parse().HasErrors) throw new InvalidOperationException("the sample has errors");
    }

    [Benchmark]
    public ParseResult Parse() => DockerfileParser.Parse(SourceText.FromUtf8(_text, "Dockerfile"));
}
