using Builder.Cli.Hosting;
using Builder.Parser.Diagnostics;
using Builder.Parser.Text;

namespace Builder.Cli.Rendering;

/// <summary>Prints diagnostics to standard error, as wide and colourful as that is.</summary>
internal sealed class DiagnosticReport(CommandContext context)
{
    /// <summary>Prints them in order.</summary>
    public void Write(SourceText source, IEnumerable<Diagnostic> diagnostics)
    {
        int width = context.Terminal.ErrorIsTerminal ? context.Terminal.Size.Width : DiagnosticRenderer.DefaultWidth;
        var renderer = new DiagnosticRenderer(context.Terminal.Error, ProgressFactory.UseColors(context), width);
        foreach (Diagnostic diagnostic in diagnostics) renderer.Render(source, diagnostic);
    }
}
