using System.Text;
using Builder.Executor.Running;

namespace Builder.Executor.Tests.Running;

public sealed class OutputLinesTests
{
    private readonly List<string> _lines = [];

    [Fact]
    public void Lines_are_cut_at_newlines_wherever_the_pieces_end()
    {
        OutputLines output = Create();

        foreach (string piece in new[] { "on", "e\ntwo\n\nthr", "ee" }) output.Write(1, Encoding.UTF8.GetBytes(piece));
        output.Write(2, "other\n"u8);
        output.Finish();

        Assert.Equal(["1:one", "1:two", "1:", "2:other", "1:three"], _lines);
    }

    [Fact]
    public void A_line_without_end_is_cut_into_parts()
    {
        OutputLines output = Create();

        output.Write(1, new byte[40_000].Select(_ => (byte)'x').ToArray());
        output.Write(1, "\nend"u8);
        output.Finish();

        Assert.Equal([16_386, 16_386, 7_234, 5], _lines.Select(l => l.Length));
    }

    [Fact]
    public void A_line_of_exactly_the_longest_length_is_one_line_and_an_empty_one()
    {
        OutputLines output = Create();

        output.Write(1, [.. Enumerable.Repeat((byte)'x', 16 << 10), (byte)'\n']);

        Assert.Equal(16_386, Assert.Single(_lines).Length);
    }

    [Fact]
    public void The_last_lines_are_kept_and_no_more()
    {
        OutputLines output = Create();

        for (int i = 0; i < 200; i++) output.Write(1, Encoding.UTF8.GetBytes($"{i}\n"));

        Assert.Equal(Enumerable.Range(150, 50).Select(i => $"{i}"), output.Last);
    }

    [Fact]
    public void Invalid_utf8_is_replaced()
    {
        OutputLines output = Create();

        output.Write(1, [0xFF, (byte)'a', (byte)'\n']);

        Assert.Equal(["1:\uFFFDa"], _lines);
    }

    [Fact]
    public void Of_output_without_end_the_beginning_and_the_last_lines_are_shown()
    {
        OutputLines output = Create();
        byte[] line = Encoding.UTF8.GetBytes(new string('x', 1023) + "\n");

        for (int i = 0; i < 20 << 10; i++) output.Write(1, line);
        output.Write(1, "the end\n"u8);
        output.Finish();

        int note = _lines.FindIndex(l => l.Contains("[output clipped: it is more than 16 MiB", StringComparison.Ordinal));
        Assert.Equal(16 << 10, note);
        Assert.Contains("bytes of output are not shown]", _lines[note + 1], StringComparison.Ordinal);
        Assert.InRange(_lines.Count, note + 3, note + 53);
        Assert.Equal(("1:the end", "the end"), (_lines[^1], output.Last[^1]));
    }

    [Fact]
    public void What_nobody_must_see_is_neither_shown_nor_kept()
    {
        var output = new OutputLines((stream, line) => _lines.Add($"{stream}:{line}"), line => line.Replace("secret", "***", StringComparison.Ordinal));

        output.Write(2, "a secret"u8);
        output.Finish();

        Assert.Equal(("2:a ***", "a ***"), (Assert.Single(_lines), Assert.Single(output.Last)));
    }

    private OutputLines Create() => new((stream, line) => _lines.Add($"{stream}:{line}"));
}
