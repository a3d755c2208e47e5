namespace Builder.EndToEnd.Tests.Differential;

/// <summary>Random instructions that change the config only, with quoting and expansion.</summary>
internal static class MetadataGenerator
{
    private static readonly string[] Values =
    [
        "plain", "\"two words\"", "'single $A'", "\"double $A\"", "${A}", "${A:-fallback}", "${B:+set}", "esc\\ aped", "\\$A", "$A-${B}", "\"in \\\"quotes\\\"\"", "a'b c'd",
        "\"\"", "''", "$UNSET", "${UNSET:-\"q r\"}", "1=2", "tab\\tx", "\\\\", "'a\\b'", "\"a\\b\"", "${A:-${B:-deep}}", "$$", "a#b", "$1", "\"$A\"'$A'",
    ];

    public static string Pairs(Chance chance, params string[] names)
    {
        if (chance.In100(12))
            return $"{chance.Pick(names)} {chance.Pick("legacy value", "a  b", "$A rest", "\"q\" rest", "it's\\ x's", "x=y z")}";
        return string.Join(' ', Enumerable.Range(0, chance.Between(1, 3)).Select(_ => $"{chance.Pick(names)}={chance.Pick(Values)}"));
    }

    public static string Instruction(Chance chance) => chance.Weighted(
        (6, () => "LABEL " + Pairs(chance, "l1", "l2", "\"l 3\"", "org.example/x", "$A.k")),
        (3, () => "CMD " + chance.Pick("echo $A", "[\"a\", \"b c\"]", "[]", "[ \"x\" ,\"y\" ]", "['not', 'json']", "exec  spaced   words", "[\"$A\"]")),
        (3, () => "ENTRYPOINT " + chance.Pick("[\"/bin/sh\"]", "/bin/sh -c x", "[]", "[\"a\", \"\\u0041\"]")),
        (3, () => "EXPOSE " + chance.Pick("80", "80 443/tcp", "53/udp 8000-8003", "$A80 81", "9000/TCP")),
        (3, () => "VOLUME " + chance.Pick("/v", "/v /w", "[\"/v v\", \"/u\"]", "$A/v", "rel")),
        (2, () => "STOPSIGNAL " + chance.Pick("SIGTERM", "9", "SIGRTMIN+3", "INT", "${A:+SIG}HUP")),
        (2, () => "SHELL " + chance.Pick("[\"/bin/sh\", \"-ec\"]", "[\"/bin/sh\", \"-c\"]", "[\"/bin/busybox\", \"ash\", \"-c\"]")),
        (2, () => "HEALTHCHECK " + chance.Pick("NONE", "CMD true $A", "--interval=5s --timeout=1m30s CMD [\"a\", \"b\"]", "--retries=3 --start-period=0.5s CMD x", "--interval=1500ms CMD  two  spaces")),
        (2, () => "ONBUILD " + chance.Pick("RUN echo $A", "COPY . /", "ENV X=\"$A b\"", "LABEL a=b", "CMD [\"x\"]")),
        (1, () => "MAINTAINER " + chance.Pick("Some One <one@example.org>", "\"quoted $A\"")),
        (2, () => chance.Pick("# a comment", "", "ENV \\\n  A=cont \\\n  # inside\n  B=inued", "RUN true \\\n  && true", "label lower=case")));
}
