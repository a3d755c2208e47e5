using System.Diagnostics;
using System.Text.Json;
using Builder.Cli.Tracing;
using Builder.Executor.Tracing;

namespace Builder.Cli.Tests.Tracing;

public sealed class TraceRecorderTests
{
    private static readonly DateTime Start = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    [Fact]
    public void Phases_of_one_lane_lie_within_each_other_or_one_after_the_other()
    {
        using var recorder = new TraceRecorder();
        using (Activity root = Begin("root", 0))
        {
            using Activity first = Begin("first", 10);
            Activity inner = Begin("inner", 20);
            End(inner, 30);
            End(first, 60);
            Activity.Current = root;
            End(Begin("beside", 40), 80);
            Activity.Current = root;
            End(Begin("after", 90), 95);
            End(root, 100);
        }

        Dictionary<string, JsonElement> events = Written(recorder);
        Assert.Equal([1, 1, 1, 2, 1], ((string[])["root", "first", "inner", "beside", "after"]).Select(name => events[name].GetProperty("tid").GetInt32()));
        Assert.Equal(10_000, events["first"].GetProperty("ts").GetDouble() - events["root"].GetProperty("ts").GetDouble());
        Assert.Equal(50_000, events["first"].GetProperty("dur").GetDouble());
    }

    [Fact]
    public void What_a_phase_is_about_is_among_its_arguments()
    {
        using var recorder = new TraceRecorder();
        Phases.Begin("with a subject", "RUN make")!.Dispose();
        Assert.Equal("RUN make", Written(recorder)["with a subject"].GetProperty("args").GetProperty("subject").GetString());
    }

    private static Activity Begin(string name, int milliseconds)
    {
        Activity activity = Phases.Begin(name)!;
        return activity.SetStartTime(Start.AddMilliseconds(milliseconds));
    }

    private static void End(Activity activity, int milliseconds)
    {
        activity.SetEndTime(Start.AddMilliseconds(milliseconds));
        activity.Stop();
    }

    private static Dictionary<string, JsonElement> Written(TraceRecorder recorder)
    {
        using var output = new MemoryStream();
        recorder.Write(output);
        using var json = JsonDocument.Parse(output.ToArray());
        return json.RootElement.GetProperty("traceEvents").EnumerateArray().DistinctBy(e => e.GetProperty("name").GetString())
            .ToDictionary(e => e.GetProperty("name").GetString()!, e => e.Clone());
    }
}
