using System.Text;

namespace Builder.EndToEnd.Tests.Differential;

/// <summary>Writes a case as <see cref="CaseReader"/> reads it, so that a generated one can be reduced and kept.</summary>
internal static class CaseWriter
{
    public static string Write(DifferentialCase from)
    {
        StringBuilder text = new();
        text.Append("=== ").Append(from.Name).Append('\n');
        if (from.Arguments.Length > 0)
            text.Append("--- args ").AppendJoin(' ', from.Arguments).Append('\n');
        foreach (ContextFile file in from.Files)
            text.Append("--- file ").Append(file.Path).Append(' ').Append(Convert.ToString((int)file.Mode, 8)).Append('\n').Append(file.Content);
        if (from.Script.Length > 0)
            text.Append("--- sh\n").Append(from.Script);
        return text.Append("--- Dockerfile\n").Append(from.Dockerfile).ToString();
    }
}
