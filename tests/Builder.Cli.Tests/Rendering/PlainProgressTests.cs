using Builder.Cli.Rendering;
using Builder.Executor.Events;

namespace Builder.Cli.Tests.Rendering;

public sealed class PlainProgressTests
{
    [Fact]
    public void Steps_are_numbered_and_stand_apart() => Expect(
        """
        #1 [internal] load build definition from Dockerfile
        #1 DONE 0.1s

        #2 [internal] load build context
        #2 DONE 0.3s

        #3 [build 2/3] RUN make
        #3 0.123 cc -o app
        #3 1.500 done
        #3 DONE 1.6s

        #4 [build 3/3] COPY . /
        #4 CACHED

        """,
        new TaskEvent(Steps.At(0), "[internal] load build definition from Dockerfile", Done: false),
        new TaskEvent(Steps.At(0.1), "[internal] load build definition from Dockerfile", Done: true),
        Steps.Started(Steps.Context, 0.1),
        Steps.Done(Steps.Context, 0.4),
        Steps.Started(Steps.Run, 1),
        Steps.Output(Steps.Run, 1.123, "cc -o app"),
        Steps.Output(Steps.Run, 2.5, "done"),
        Steps.Done(Steps.Run, 2.6),
        Steps.Cached(Steps.Copy, 3));

    [Fact]
    public void A_step_that_is_interrupted_says_so_and_names_itself_again() => Expect(
        """
        #1 [build 2/3] RUN make
        #1 0.100 one
        #1 ...

        #2 [build 3/3] COPY . /
        #2 0.000 two
        #2 ...

        #1 [build 2/3] RUN make
        #1 0.300 three
        #1 ERROR: exit code 2

        #2 [build 3/3] COPY . /
        #2 CANCELED

        """,
        Steps.Started(Steps.Run, 0),
        Steps.Output(Steps.Run, 0.1, "one"),
        Steps.Started(Steps.Copy, 0.2),
        Steps.Output(Steps.Copy, 0.2, "two"),
        Steps.Output(Steps.Run, 0.3, "three"),
        Steps.Failed(Steps.Run, 0.4, "exit code 2"),
        Steps.Failed(Steps.Copy, 0.4, "stopped", canceled: true));

    [Fact]
    public void Tasks_show_their_details_and_transfers_once_a_second() => Expect(
        """
        #1 pulling busybox
        #1 sha256:abc 1kB / 10kB
        #1 sha256:abc 9kB / 10kB
        #1 sha256:abc 10kB / 10kB done
        #1 DONE 1.3s

        #2 exporting to image
        #2 writing image sha256:1
        #2 naming to docker.io/library/app:latest
        #2 DONE 0.0s
        WARNING: beware

        """,
        new TaskEvent(Steps.At(0), "pulling busybox", Done: false),
        new TransferProgress(Steps.At(0.1), "sha256:abc", 1000, 10_000, null),
        new TransferProgress(Steps.At(0.2), "sha256:abc", 2000, 10_000, null),
        new TransferProgress(Steps.At(1.15), "sha256:abc", 9000, 10_000, null),
        new TransferProgress(Steps.At(1.2), "sha256:abc", 10_000, 10_000, null),
        new TaskEvent(Steps.At(1.3), "pulling busybox", Done: true),
        new TaskEvent(Steps.At(2), "exporting to image", Done: false, "writing image sha256:1"),
        new TaskEvent(Steps.At(2), "exporting to image", Done: false, "naming to docker.io/library/app:latest"),
        new TaskEvent(Steps.At(2), "exporting to image", Done: true),
        new BuildWarning(Steps.At(2), "beware"));

    [Fact]
    public void The_empty_file_system_is_no_step() => Expect("", Steps.Started(Steps.Scratch, 0), Steps.Done(Steps.Scratch, 1), Steps.Cached(Steps.Scratch, 1));

    private static void Expect(string expected, params BuildEvent[] events)
    {
        var writer = new StringWriter();
        using (var progress = new PlainProgress(writer))
        {
            foreach (BuildEvent buildEvent in events) progress.Handle(buildEvent);
            progress.Finish();
        }

        Assert.Equal(expected, writer.ToString());
    }
}
