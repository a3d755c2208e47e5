using Builder.EndToEnd.Tests.Harness;

namespace Builder.EndToEnd.Tests.Builds;

/// <summary>Rules of the language that show only when something runs.</summary>
public sealed class LanguageTests
{
    [EndToEndFact]
    public async Task Here_documents_run_as_scripts_as_files_with_an_interpreter_and_by_the_shell()
    {
        await using Workspace workspace = new();
        await workspace.ImportBusyboxAsync();
        (await workspace.BuildTextAsync(
            """
            FROM busybox
            ARG A=argument
            RUN <<EOF
            echo "$A" > /plain
            echo second >> /plain
            EOF
            RUN <<"SCRIPT"
            #!/bin/cat
            echo this is shown, not run
            SCRIPT
            RUN <<SCRIPT
            #!/bin/sh
            stat -c %a "$0" > /mode
            echo "$0" >> /mode
            SCRIPT
            RUN cat <<ONE > /by-shell && cat <<'TWO' >> /by-shell
            $A
            ONE
            $A
            TWO
            COPY <<EXPANDED <<'KEPT' /files/
            "$A" \$A
            EXPANDED
            $A
            KEPT
            RUN test ! -e /dev/pipes
            """,
            "-t", "heredocs")).Succeeded();
        Assert.Equal(
            "argument\nsecond\n755\n/dev/pipes/SCRIPT\nargument\n$A\n\"argument\" $A\n$A\n",
            (await workspace.RunAsync("run", "--rm", "heredocs", "cat", "/plain", "/mode", "/by-shell", "/files/EXPANDED", "/files/KEPT")).Succeeded().Output);
    }

    [EndToEndFact]
    public async Task Env_arg_shell_user_and_triggers_mean_what_their_line_says()
    {
        await using Workspace workspace = new();
        await workspace.ImportBusyboxAsync();
        (await workspace.BuildTextAsync(
            """
            FROM busybox AS tools
            RUN echo tool > /tool
            FROM busybox AS base
            ENV A=old
            ENV A=new B=$A
            RUN echo "$A $B" > /env
            ARG A=arg
            RUN echo "$A" >> /env
            ONBUILD COPY --from=tools /tool /tool
            ONBUILD RUN echo triggered >> /env
            FROM base
            SHELL ["/bin/sh", "-ec"]
            USER 12:34
            WORKDIR /made/here
            RUN stat -c %u:%g:%a . > owner
            """,
            "-t", "rules")).Succeeded();
        Assert.Equal(
            "new old\narg\ntriggered\ntool\n12:34:755\n",
            (await workspace.RunAsync("run", "--rm", "rules", "cat", "/env", "/tool", "/made/here/owner")).Succeeded().Output);
    }

    [EndToEndFact]
    public async Task Problems_of_syntax_and_of_meaning_are_reported_together_and_nothing_is_fetched_first()
    {
        await using Workspace workspace = new();
        CommandResult result = (await workspace.BuildTextAsync("FROM localhost:1/none\nRNU x\nEXPOSE http\nCOPY --form=a b c\n")).ExitedWith(1);
        foreach (string expected in (string[])[":2:1: error BLD1002", ":3:8: error BLD2202", ":4:6: error BLD1201"])
            Assert.Contains(expected, result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("localhost", result.Error, StringComparison.Ordinal);
        Assert.Contains("did you mean 'RUN'?", result.Error, StringComparison.Ordinal);
        Assert.Contains("did you mean '--from'?", result.Error, StringComparison.Ordinal);
    }

    [EndToEndFact]
    public async Task Files_of_absurd_size_and_files_that_are_no_text_get_one_clear_error()
    {
        await using Workspace workspace = new();
        string dockerfile = workspace.Write("Dockerfile", "");
        foreach ((byte[] content, string expected) in Absurd())
        {
            await File.WriteAllBytesAsync(dockerfile, content);
            CommandResult result = (await workspace.BuildAsync()).ExitedWith(1);
            Assert.Contains(expected, result.Error, StringComparison.Ordinal);
        }
    }

    private static IEnumerable<(byte[] Content, string Expected)> Absurd()
    {
        yield return ([.. "FROM scratch\n"u8, .. Enumerable.Repeat("RUN x\n"u8.ToArray(), 1_000_000).SelectMany(line => line)], "is larger than 4 MiB");
        yield return ([.. "FROM scratch\n"u8, .. Enumerable.Repeat("RUN\tx\n"u8.ToArray(), 100_000).SelectMany(line => line)], "Dockerfile:65537:1: error BLD1010");
        yield return ([.. "FROM scratch\nRUN "u8, .. Enumerable.Repeat((byte)'x', 64 << 20)], "is larger than 4 MiB");
        yield return ([.. "FROM scratch\nRUN "u8, .. Enumerable.Repeat((byte)'x', 1 << 20)], "Dockerfile:2:1: error BLD1003");
        yield return ([.. "FROM scratch\nRUN a\0b\n"u8], "Dockerfile:2:6: error BLD1006");
        yield return ([.. "FROM scratch\nRUN a"u8, 0xC3, 0x28], "Dockerfile:2:6: error BLD1011");
        yield return ([.. "FROM scratch\nRUN <<EOF\nx\n"u8], "Dockerfile:2:5: error BLD1007");
        yield return ([.. "FROM scratch\nLABEL a=\"b\n"u8], "Dockerfile:2:9: error BLD2101");
    }
}
