namespace Builder.EndToEnd.Tests.Differential;

/// <summary>Random instructions that change the config only, with quoting and expansion.</summary>
internal static class MetadataGenerator
{
    private static readonly string[] Values =
    [
        "plain", "\"two words\"", "'single $A'", "\"double $A\"", "${A}", "${A:-fallback}", "${B:+set}", "esc\\ aped", "\\$A", "$A-${B}", "\"in \\\"quotes\\\"\"", "a'b c'd",
        "\"\"", "''", "$UNSET", "${UNSET:-\"q r\"}", "1=2", "tab\\tx", "\\\\", "'a\\b'", "\"a\\b\"", "${A:-${B:-deep}}", "$$", "a#b", "$1", "\"$A\"'$A'", "日本", "${GLOBAL}x",
        "'${A:-x}'", "\"${A:-\\\"x\\\"}\"", "a\\\\b", "$A$B$C", "${A:+${B:+both}}", "\"x\\\n    y\"",
    ];

    public static string Pairs(Chance chance, params string[] names)
    {
        if (chance.In100(12))
            return $"{chance.Pick(names)} {chance.Pick("legacy value", "a  b", "$A rest", "\"q\" rest", "it's\\ x's", "x=y z")}";
        return string.Join(chance.Pick(" ", " ", " \\\n  "), Enumerable.Range(0, chance.Between(1, 3)).Select(_ => $"{chance.Pick(names)}={chance.Pick(Values)}"));
    }

    public static string Instruction(Chance chance) => chance.Weighted(
        (6, () => "LABEL " + Pairs(chance, "l1", "l2", "\"l 3\"", "org.example/x", "k.$A.k")),
        (3, () => "CMD " + Command(chance)),
        (3, () => "ENTRYPOINT " + Command(chance)),
        (3, () => "EXPOSE " + chance.Pick("80", "80 443/tcp", "53/udp 8000-8003", "${PORT:-8080} 81", "9000/TCP", "5000-5002/udp", "80/sctp 80/tcp")),
        (3, () => "VOLUME " + chance.Pick("/v", "/v /w", "[\"/v v\", \"/u\"]", "/v/${UNSET:-x}", "rel", "/d1", "[\"/$UNSET\"]")),
        (2, () => "STOPSIGNAL " + chance.Pick("SIGTERM", "9", "SIGRTMIN+3", "INT", "${A:+SIG}HUP", "sigusr2", "64")),
        (2, () => "SHELL " + chance.Pick("[\"/bin/sh\", \"-ec\"]", "[\"/bin/sh\", \"-c\"]", "[\"/bin/busybox\", \"ash\", \"-c\"]", "[\"/bin/ash\", \"-o\", \"pipefail\", \"-c\"]")),
        (3, () => "HEALTHCHECK " + HealthCheck(chance)),
        (3, () => "ONBUILD " + Trigger(chance)),
        (1, () => "MAINTAINER " + chance.Pick("Some One <one@example.org>", "\"quoted $A\"", "two  blanks")),
        (3, () => chance.Pick("# a comment", "", "   ", "ENV \\\n  A=cont \\\n  # inside\n  B=inued", "RUN true \\\n  && true", "label lower=case", "\tLABEL tab=bed", "# escape=`")));

    private static string Command(Chance chance) => chance.Pick(
        "echo $A", "[\"a\", \"b c\"]", "[]", "[ \"x\" ,\"y\" ]", "['not', 'json']", "exec  spaced   words", "[\"$A\"]", "[\"/bin/sh\"]", "/bin/sh -c x", "[\"a\", \"\\u0041\"]",
        "echo \"a\" \\\n  'b'", "[\"a\", \\\n  \"b\"]", "{ echo a; }", "[\"\"]", "echo <in >out", "a && b || c # d", "[\"a\",]");

    private static string HealthCheck(Chance chance) => chance.Pick(
        "NONE", "CMD true $A", "--interval=5s --timeout=1m30s CMD [\"a\", \"b\"]", "--retries=3 --start-period=0.5s CMD x", "--interval=1500ms CMD  two  spaces", "--interval=1ms CMD x",
        "--retries=1 CMD [\"x\"]", "--timeout=1h CMD a && \\\n  b", "none", "cmd x");

    /// <summary>Triggers that succeed in any child.</summary>
    private static string Trigger(Chance chance) => chance.Pick(
        "RUN echo $A", "COPY . /", "ENV X=\"$A b\"", "LABEL a=b", "CMD [\"x\"]", "ADD README.md /onbuild/", "ENTRYPOINT echo $A", "WORKDIR /onbuild/w", "EXPOSE 99", "ARG ONB=x", "env lower=case",
        "COPY --chown=1000:50 [\"README.md\", \"/on build/\"]", "RUN [\"true\"]", "VOLUME /onv");
}
