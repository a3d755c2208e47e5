using Builder.Parser.Diagnostics;
using Builder.Parser.Syntax;

namespace Builder.Parser.Tests;

public sealed class CopyTests : ParserTestBase
{
    [Fact]
    public void Copy_has_sources_a_destination_and_its_flags()
    {
        CopyInstruction copy = One<CopyInstruction>(
            "COPY --from=build --chown=a:b --chmod=755 --link --parents=TRUE --exclude=*.o --exclude='x y' a \"b\tc\" /d/");
        Assert.False(copy.IsAdd);
        Assert.False(copy.JsonForm);
        Assert.Equal(["a", "\"b", "c\""], Texts(copy.Sources));
        Assert.Equal("/d/", copy.Destination.Text);
        Assert.Equal(("build", "a:b", "755"), (copy.Flags.From?.Text, copy.Flags.Chown?.Text, copy.Flags.Chmod?.Text));
        Assert.True(copy.Flags.Link && copy.Flags.Parents);
        Assert.Equal(["*.o", "x y"], Texts(copy.Flags.Exclude));
    }

    [Fact]
    public void Add_has_flags_of_its_own()
    {
        CopyInstruction add = One<CopyInstruction>("ADD --checksum=sha256:0 --keep-git-dir=true --unpack=false --link=False a b");
        Assert.True(add.IsAdd);
        Assert.Equal(("sha256:0", true, false), (add.Flags.Checksum?.Text, add.Flags.KeepGitDir, add.Flags.Unpack));
        Assert.False(add.Flags.Link);
        Assert.Null(One<CopyInstruction>("ADD a b").Flags.Unpack);
    }

    [Fact]
    public void The_json_form_holds_names_with_blanks()
    {
        CopyInstruction copy = One<CopyInstruction>("COPY --link [\"a b\", \"c\", \"/d e/\"]");
        Assert.True(copy.JsonForm);
        Assert.Equal(["a b", "c"], Texts(copy.Sources));
        Assert.Equal("/d e/", copy.Destination.Text);
    }

    [Theory]
    [InlineData("COPY a", "a")]
    [InlineData("ADD [\"a\"]", "a")]
    [InlineData("COPY --link a", "a")]
    public void A_copy_without_destination_is_refused(string source, string culprit) =>
        Refused(source, DiagnosticCodes.MissingArgument, culprit, $"write {source.Split(' ')[0]} source... destination");

    [Theory]
    [InlineData("COPY --form=x a b", DiagnosticCodes.UnknownFlag, "--form=x", "did you mean '--from'?")]
    [InlineData("ADD --from=x a b", DiagnosticCodes.UnknownFlag, "--from=x", "ADD knows --chown, --chmod, --link, --keep-git-dir, --checksum, --unpack, --exclude")]
    [InlineData("USER --x a", DiagnosticCodes.UnknownFlag, "--x", "USER has no flags")]
    [InlineData("COPY --chown=a --chown=b a b", DiagnosticCodes.RepeatedFlag, "--chown=b", "remove one of them")]
    [InlineData("COPY --link --link=false a b", DiagnosticCodes.RepeatedFlag, "--link=false", "remove one of them")]
    [InlineData("COPY --chown a b", DiagnosticCodes.MissingFlagValue, "--chown", "write --chown=VALUE, without blanks around '='")]
    [InlineData("COPY --link= a b", DiagnosticCodes.MissingFlagValue, "--link=", "write --link=true, without blanks around '='")]
    [InlineData("COPY --link=ture a b", DiagnosticCodes.InvalidBoolean, "ture", "did you mean 'true'?")]
    [InlineData("COPY --link=1 a b", DiagnosticCodes.InvalidBoolean, "1", null)]
    public void A_wrong_flag_is_pointed_at(string source, string code, string culprit, string? hint)
    {
        Refused(source, code, culprit, hint);
        Assert.Single(Parse(source).Dockerfile.Instructions);
    }

    [Fact]
    public void Two_dashes_end_the_flags()
    {
        CopyInstruction copy = One<CopyInstruction>("COPY --link -- --a -- b");
        Assert.Equal(["--a", "--"], Texts(copy.Sources));
        Assert.Equal(["-"], Texts(One<CopyInstruction>("COPY - b").Sources));
    }

    [Theory]
    [InlineData("COPY --chown=\"a b\"c x y", "a bc", "\"a b\"c")]
    [InlineData("COPY --chown='a\\'b' x y", "a'b", "'a\\'b'")]
    [InlineData("COPY \"--chown=a\" x y", null, null)]
    [InlineData("COPY --cho\"wn=a\" x y", "a", "a\"")]
    public void Quotes_and_escapes_hold_flags_together(string source, string? value, string? culprit)
    {
        CopyInstruction copy = One<CopyInstruction>(source);
        Assert.Equal(value, copy.Flags.Chown?.Text);
        if (copy.Flags.Chown is { } chown) Assert.Equal(culprit, source.Substring(chown.Span.Start, chown.Span.Length));
    }
}
