namespace Builder.Graph.Tests.Lowering;

/// <summary>Wording of history and progress. The first test's expectation is what Docker 20.10.24 wrote for the same file.</summary>
public class HistoryTests
{
    private const string Everything = """
        ARG G=gg
        FROM scratch AS base
        ARG G
        ARG D=dflt E
        ARG D=two
        COPY busybox /bin/busybox
        COPY busybox /bin/sh
        ENV A=1 "B C"="x y" D=q"uo t"e
        ENV L leg acy
        LABEL a=b "c d"="e f"
        RUN echo hi   \
          there && \
           echo $A
        RUN ["/bin/busybox","mkdir","/tmp"]
        WORKDIR /x
        WORKDIR y/../z/
        WORKDIR /
        EXPOSE 90 80/TCP 70-72/udp 1000
        VOLUME /data /b
        VOLUME ["/q"]
        STOPSIGNAL SIGTERM
        HEALTHCHECK --interval=90s --timeout=3s --retries=65 CMD curl "x" \
          y
        HEALTHCHECK CMD ["a","b"]
        HEALTHCHECK NONE
        SHELL ["/bin/sh","-ec"]
        COPY --chown=1:2 --chmod=755 a b d /c/
        COPY $A* ./
        ADD a .
        CMD echo "hi"
        ENTRYPOINT ["a", "b\n\"é"]
        ONBUILD RUN echo x
        MAINTAINER me <x@y>
        RUN echo last
        CMD []
        ARG Z
        FROM base
        RUN echo child
        USER 12:13
        COPY --from=base /x/ y
        """;

    [Fact]
    public void History_is_worded_as_docker_words_it()
    {
        var lowered = Lowered.From(Everything, Lowered.Arguments(("D", "over"), ("http_proxy", "zz")));
        Assert.Equal(
            [
                "ARG G",
                "ARG D=dflt E",
                "ARG D=two",
                "COPY busybox /bin/busybox # buildkit",
                "COPY busybox /bin/sh # buildkit",
                "ENV A=1 B C=x y D=quo te",
                "ENV L=leg acy",
                "LABEL a=b c d=e f",
                "RUN |3 G=gg D=quo te E= /bin/sh -c echo hi     there &&    echo $A # buildkit",
                "RUN |3 G=gg D=quo te E= /bin/busybox mkdir /tmp # buildkit",
                "WORKDIR /x",
                "WORKDIR /x/z",
                "WORKDIR /",
                "EXPOSE map[1000/tcp:{} 70/udp:{} 71/udp:{} 72/udp:{} 80/tcp:{} 90/tcp:{}]",
                "VOLUME [/data /b]",
                "VOLUME [/q]",
                "STOPSIGNAL SIGTERM",
                """HEALTHCHECK &{["CMD-SHELL" "curl \"x\"   y"] "1m30s" "3s" "0s" 'A'}""",
                """HEALTHCHECK &{["CMD" "a" "b"] "0s" "0s" "0s" '\x00'}""",
                """HEALTHCHECK &{["NONE"] "0s" "0s" "0s" '\x00'}""",
                "SHELL [/bin/sh -ec]",
                "COPY a b d /c/ # buildkit",
                "COPY 1* ./ # buildkit",
                "ADD a . # buildkit",
                """CMD ["/bin/sh" "-ec" "echo \"hi\""]""",
                """ENTRYPOINT ["a" "b\n\"é"]""",
                "MAINTAINER me <x@y>",
                "RUN |3 G=gg D=quo te E= /bin/sh -ec echo last # buildkit",
                "CMD []",
                "ARG Z",
                "RUN /bin/sh -ec echo x # buildkit",
                "RUN /bin/sh -ec echo child # buildkit",
                "USER 12:13",
                "COPY /x/ y # buildkit",
            ],
            lowered.History);
        Assert.Equal(["A=1", "B C=x y", "D=quo te", "L=leg acy"], lowered.Config.Env!.Value.Skip(1));
    }

    [Fact]
    public void Exactly_the_steps_that_make_file_systems_have_a_vertex_in_history()
    {
        var lowered = Lowered.From(Everything);
        Assert.Equal(
            lowered.Build.History.Where(item => item.Vertex is not null).Select(item => item.Vertex!.Value),
            lowered.Graph.ParentChain(lowered.Graph.Target).Skip(1).Select(vertex => vertex.Id));
    }

    [Fact]
    public void Labels_number_the_steps_of_each_stage()
    {
        var lowered = Lowered.From(Everything);
        Assert.Equal(
            [
                "FROM scratch",
                "[internal] load build context",
                "[base  1/11] COPY busybox /bin/busybox",
                "[base  2/11] COPY busybox /bin/sh",
                "[base  3/11] RUN echo hi     there &&    echo $A",
                "[base  4/11] RUN [\"/bin/busybox\",\"mkdir\",\"/tmp\"]",
                "[base  5/11] WORKDIR /x",
                "[base  6/11] WORKDIR y/../z/",
                "[base  7/11] COPY --chown=1:2 --chmod=755 a b d /c/",
                "[base  8/11] COPY 1* ./",
                "[base  9/11] ADD a .",
                "[base 10/11] RUN echo last",
                "[stage-1 1/3] ONBUILD RUN echo x",
                "[stage-1 2/3] RUN echo child",
                "[stage-1 3/3] COPY --from=base /x/ y",
            ],
            lowered.Labels);
    }

    [Fact]
    public void A_single_stage_has_no_name_in_labels()
    {
        var lowered = Lowered.From("FROM alpine AS only\nworkdir /foo\nrun make\nENV A=1");
        Assert.Equal(["[1/3] FROM docker.io/library/alpine:latest", "[2/3] WORKDIR /foo", "[3/3] RUN make"], lowered.Labels);
        Assert.Equal([new("[3/3] RUN make", "only", 3, "run make") { Platform = new Builder.Oci.Platform("linux", "amd64") }], lowered.Graph.Vertices.Skip(2).Select(vertex => vertex.Origin));
    }

    [Fact]
    public void A_script_is_shown_whole() =>
        Assert.Equal(["RUN /bin/sh -c a\nb\n # buildkit", "COPY x <<f /d # buildkit"], Lowered.From("FROM scratch\nRUN <<E\na\nb\nE\nCOPY x <<f /d\n1\nf\n").History);

    [Fact]
    public void Newer_flags_are_shown_when_used()
    {
        var lowered = Lowered.From("FROM scratch\nCOPY --parents a /d/\nHEALTHCHECK --start-interval=2s --retries=39 CMD [\"a\"]");
        Assert.Equal(["COPY --parents a /d/ # buildkit", """HEALTHCHECK &{["CMD" "a"] "0s" "0s" "0s" "2s" '\''}"""], lowered.History);
    }
}
