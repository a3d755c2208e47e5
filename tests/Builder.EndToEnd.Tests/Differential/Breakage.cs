namespace Builder.EndToEnd.Tests.Differential;

/// <summary>Instructions that no engine may accept, whatever comes before them.</summary>
internal static class Breakage
{
    private static readonly string[] OfText =
    [
        "COPPY README.md /x", "COPY README.md", "COPY --nosuch=1 README.md /x", "COPY --chown README.md /x", "ADD", "ENV NOVALUE", "ENV A=b c", "ENV =x", "ENV B=${A:=x}", "ENV B=${A", "ENV B=${}",
        "ENV B=\"open", "LABEL novalue", "LABEL a=b c", "EXPOSE http", "EXPOSE 9-5", "EXPOSE 80/quic", "STOPSIGNAL SIGNONE", "STOPSIGNAL 0", "HEALTHCHECK RUN x", "HEALTHCHECK --interval=abc CMD x",
        "HEALTHCHECK --interval=1us CMD x", "HEALTHCHECK --retries=-1 CMD x", "HEALTHCHECK NONE x", "HEALTHCHECK CMD", "SHELL /bin/sh -c", "ONBUILD FROM base", "ONBUILD ONBUILD RUN true",
        "ONBUILD MAINTAINER x", "ONBUILD", "CMD [\"a\", 1]", "RUN [\"a\", null]", "WORKDIR", "USER", "VOLUME [\"\"]", "VOLUME []", "VOLUME", "MAINTAINER", "ARG", "RUN --mount=type=weird,target=/x true",
        "RUN --mount=type=tmpfs,target=/ true", "RUN --mount=type=bind,nosuch=1,target=/x true", "WORKDIR \"open", "COPY --from=$A /etc/passwd /x", "COPY http://127.0.0.1:9/x /x", "ADD --from=base /etc/passwd /x",
        "COPY [\"README.md\"]", "FROM", "FROM base AS a b", "FROM base AS 1a", "STOPSIGNAL", "SHELL", "EXPOSE", "LABEL", "ENV",
    ];

    private static readonly string[] OfTrees =
    [
        "COPY no-such-file /x/", "COPY README.md no-such-file /x/", "COPY missing/* /x/", "COPY --from=base /no/such /x", "ADD missing.tar /x", "COPY README.md /etc/passwd/x", "COPY data /etc/passwd",
        "ADD http://127.0.0.1:9/x /x", "COPY --from=base /no/* /x/",
    ];

    private static readonly string[] OfSteps =
    [
        "RUN exit 3", "RUN [\"/no/such\"]", "RUN no-such-program", "USER nobodyatall\nRUN true", "USER root:nogroupatall\nRUN true", "RUN --mount=type=bind,source=no-such,target=/root true",
        "RUN --mount=type=bind,source=data,target=/root touch /root/x", "RUN --mount=type=secret,id=none,required true", "WORKDIR /etc/passwd\nRUN true", "SHELL [\"/no/shell\"]\nRUN true", "RUN false && true", "RUN (exit 300)",
    ];

    /// <summary>One of them that fails in a stage of this kind.</summary>
    public static string Pick(Chance chance, bool hasShell) => hasShell ? chance.Pick([.. OfText, .. OfTrees, .. OfTrees, .. OfSteps, .. OfSteps]) : chance.Pick(OfText);
}
