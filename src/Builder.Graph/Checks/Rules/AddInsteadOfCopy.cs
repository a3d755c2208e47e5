using Builder.Graph.Sources;
using Builder.Parser.Syntax;
using Builder.Parser.Text;

namespace Builder.Graph.Checks.Rules;

/// <summary>ADD that does nothing COPY doesn't.</summary>
internal static class AddInsteadOfCopy
{
    private static readonly string[] ArchiveEndings = [".tar", ".gz", ".tgz", ".bz2", ".tbz2", ".tbz", ".xz", ".txz", ".zst", ".tzst", ".lzma", ".z"];

    public static CheckRule Rule { get; } =
        new(nameof(AddInsteadOfCopy), CheckGroup.Advice, "COPY copies files; ADD is for archives and what must be fetched") { Run = Run };

    private static void Run(CheckContext context)
    {
        foreach (CopyInstruction add in context.Stages.SelectMany(CheckContext.InstructionsOf).OfType<CopyInstruction>().Where(copy => copy.IsAdd))
        {
            if (add.Flags.Checksum is not null || add.Flags.KeepGitDir is not null || add.Flags.Unpack is not null || !add.Sources.All(IsPlain)) continue;
            SourceSpan span = add.Keyword.Span;
            context.Report(Rule, span, "ADD would unpack an archive and fetch an address, and here is neither", "write COPY", new TextEdit(span, "COPY"));
        }
    }

    private static bool IsPlain(Word source) =>
        !HttpLocation.IsHttp(source.Text) && !GitLocation.IsGit(source.Text) && source.Text.AsSpan().IndexOfAny('$', '*') < 0
            && !ArchiveEndings.Any(ending => source.Text.TrimEnd('"').EndsWith(ending, StringComparison.OrdinalIgnoreCase));
}
