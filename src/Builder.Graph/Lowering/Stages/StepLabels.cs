namespace Builder.Graph.Lowering.Stages;

/// <summary>Writes labels of one stage as BuildKit does: <c>[build  2/11] RUN make</c>.</summary>
/// <param name="stageName">Null in a Dockerfile of one stage.</param>
/// <param name="total">Steps of the stage.</param>
internal sealed class StepLabels(string? stageName, int total)
{
    private int _index;

    /// <summary>The label of the next step.</summary>
    public string Next(string text, bool isTrigger)
    {
        string number = (++_index).ToString().PadLeft(total.ToString().Length);
        string stage = stageName is null ? "" : stageName + " ";
        return $"[{stage}{number}/{total}] {(isTrigger ? "ONBUILD " : "")}{text}";
    }
}
