using Builder.Cli.Rendering;
using Builder.Cli.Terminals;
using Builder.Cli.Tests.Harness;
using Builder.Executor.Events;

namespace Builder.Cli.Tests.Rendering;

public sealed class StepListTests
{
    [Fact]
    public void A_running_step_shows_its_time_and_the_tail_of_its_log()
    {
        StepList list = After(
        [
            Steps.Started(Steps.Context, 0), Steps.Done(Steps.Context, 0.2), Steps.Cached(Steps.Copy, 0.2), Steps.Started(Steps.Run, 1),
            .. Enumerable.Range(1, 9).Select(i => Steps.Output(Steps.Run, 1.1, $"line\t{i}\e[31m!\e[0m\a")),
        ]);
        Assert.Equal(
            [
                "[+] Building 3.0s (2/3)",
                " => [internal] load build context   0.2s",
                " => CACHED [build 3/3] COPY . /     0.0s",
                " => [build 2/3] RUN make            2.0s",
                " => => # line 4!",
                " => => # line 5!",
                " => => # line 6!",
                " => => # line 7!",
                " => => # line 8!",
                " => => # line 9!",
            ],
            list.Frame(Steps.At(3), 40, 24));
    }

    [Fact]
    public void Finished_steps_make_room_for_running_ones()
    {
        StepList list = After(Steps.Started(Steps.Context, 0), Steps.Done(Steps.Context, 0.2), Steps.Cached(Steps.Copy, 0.2), Steps.Started(Steps.Run, 1));
        Assert.Equal(["[+] Building 3.0s (2/3)", " => [build 2/3] RUN make            2.0s"], list.Frame(Steps.At(3), 40, 2));
        Assert.Equal(["[+] Building 3.0s (2/3)"], list.Frame(Steps.At(3), 40, 1));
    }

    [Fact]
    public void The_end_is_said_in_the_headline_and_failures_stand_out()
    {
        StepList list = After(Steps.Started(Steps.Run, 0), Steps.Failed(Steps.Run, 1, "exit code 1"), Steps.Failed(Steps.Copy, 1, "", canceled: true), new BuildWarning(Steps.At(1), "beware"));
        Assert.Equal(
            ["[+] Building 1.0s (2/2) FAILED", " => ERROR [build 2/3] RUN make 1.0s", " => CANCELED [build 3/3] COPY  0.0s", "WARNING: beware"],
            list.FinalFrame(Steps.At(1), 35).Select(l => l.Trim('\r')));
        Assert.Equal(["[+] Building 0.0s (1/1) FINISHED", "\e[34m => CACHED [build 3/3] COPY . /   0.0s\e[0m"], After([Steps.Cached(Steps.Copy, 0)], colors: true).Frame(Steps.At(0), 38, 9));
    }

    [Fact]
    public void Transfers_show_until_they_are_complete()
    {
        StepList list = After(
            new TaskEvent(Steps.At(0), "pulling busybox", Done: false),
            new TransferProgress(Steps.At(0), "sha256:abc", 500, 1000, null),
            new TransferProgress(Steps.At(0), "sha256:def", 1000, 1000, null));
        Assert.Equal([" => pulling busybox          0.0s", " => => sha256:abc 500B / 1kB"], list.Frame(Steps.At(0), 33, 9).Skip(1));
        list.Handle(new TaskEvent(Steps.At(2), "pulling busybox", Done: true));
        Assert.Equal([" => pulling busybox          2.0s"], list.Frame(Steps.At(5), 33, 9).Skip(1));
    }

    [Theory]
    [InlineData("plain", 3, "pla")]
    [InlineData("漢字かな", 5, "漢字")]
    [InlineData("e\u0301e\u0301", 1, "e\u0301")]
    [InlineData("a\e[1;31mb\e[0mc", 9, "abc")]
    [InlineData("a\rb\u202Ec", 9, "abc")]
    public void Text_is_cut_to_terminal_cells_and_stripped_of_control_codes(string text, int width, string expected) =>
        Assert.Equal(expected, DisplayText.Fit(text, width));

    [Fact]
    public void The_list_is_redrawn_in_place_and_the_cursor_comes_back()
    {
        using var error = new MemoryStream();
        var time = new ManualTime();
        using var terminal = new Terminal(Stream.Null, Stream.Null, error, TerminalKind.Error, static () => (40, 10));
        var progress = new TtyProgress(terminal, time, colors: false);
        progress.Handle(Steps.Started(Steps.Run, 0));
        time.Advance(TimeSpan.FromMilliseconds(100));
        progress.Handle(Steps.Done(Steps.Run, 0.1));
        progress.Finish();
        progress.Dispose();
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(
            "\e[?25l\e[0J[+] Building 0.1s (0/1)\n => [build 2/3] RUN make            0.1s\n"
            + "\e[2A\r\e[0J[+] Building 0.1s (1/1) FINISHED\n => [build 2/3] RUN make            0.1s\n\e[?25h",
            System.Text.Encoding.UTF8.GetString(error.ToArray()));
    }

    private static StepList After(params BuildEvent[] events) => After(events, colors: false);

    private static StepList After(IEnumerable<BuildEvent> events, bool colors)
    {
        var list = new StepList(ManualTime.Start, colors);
        foreach (BuildEvent buildEvent in events) list.Handle(buildEvent);
        return list;
    }
}
