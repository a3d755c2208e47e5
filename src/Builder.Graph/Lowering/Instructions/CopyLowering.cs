using Builder.Graph.Lowering.Stages;
using Builder.Graph.Lowering.Values;
using Builder.Graph.Operations;
using Builder.Graph.Sources;
using Builder.Oci.Collections;
using Builder.Parser.Syntax;

namespace Builder.Graph.Lowering.Instructions;

/// <summary>COPY and ADD.</summary>
internal static class CopyLowering
{
    private const string Pivot = "/./";

    public static void Lower(CopyInstruction copy, InstructionScope scope)
    {
        string keyword = copy.IsAdd ? "ADD" : "COPY";
        List<string>? sources = scope.ExpandAll(copy.Sources);
        string? destination = scope.Expand(copy.Destination);
        List<InlineFile>? inlineFiles = ReadInlineFiles(copy, scope);
        bool flagsOk = ReadFlag(copy.Flags.Chown, scope, out string? chown) & ReadFlag(copy.Flags.Chmod, scope, out string? chmod);
        flagsOk &= ChmodIsValid(copy.Flags.Chmod, chmod, scope);
        FetchedSources? fetched = sources is null ? null : FetchedSources.Read(copy, sources, scope);
        FileSystemSource? from = null;
        if (copy.Flags.From is { } name && !scope.Planned.Sources.TryGetValue(name.Text, out from))
            return; // reported when the stages were planned
        if (from is null) IgnoredSources.Check(copy, sources, scope);
        if (sources is null || fetched is null || destination is null || inlineFiles is null || !flagsOk) return;

        var operation = new CopyOperation
        {
            Sources = new([.. fetched.Local.Select(source => BelowRoot(source, copy.Flags.Parents))]),
            InlineFiles = new([.. inlineFiles]),
            Destination = ContainerPath.ResolveDestination(scope.State.WorkingDirectory, destination),
            Chown = string.IsNullOrEmpty(chown) ? null : chown,
            Chmod = string.IsNullOrEmpty(chmod) ? null : chmod,
            UnpackArchives = copy.IsAdd && (copy.Flags.Unpack ?? true),
            FromImage = from is not (null or ContextSource { KeepsOwners: false }) || (from is null && scope.Context.Request.BuildContext is not ContextOperation),
            Link = copy.Flags.Link,
            Parents = copy.Flags.Parents,
            Exclude = new EquatableArray<string>([.. copy.Flags.Exclude.Select(word => word.Text)]),
        };
        List<VertexId> inputs = [];
        if (operation.Sources.Count > 0) inputs.Add(from is null ? scope.Context.BuildContext() : scope.Context.FileSystemOf(from, scope.Origin()));
        operation = operation with { Fetched = fetched.AddTo(inputs, scope) };

        // Docker 20.10 shows no flags; --parents is newer and shown since.
        string flags = copy.Flags.Parents ? " --parents" : "";
        IEnumerable<string> files = [.. sources.Select(UrlText.Redacted), .. inlineFiles.Select(file => "<<" + file.Name), destination];
        scope.CommitStep(
            operation with { Link = IsLinked(operation, scope) }, inputs, scope.ExpandedLabelText(), $"{keyword}{flags} {string.Join(' ', files)} # buildkit", Written(copy, sources, scope));
    }

    // As BuildKit does, a mode makes it an ordinary copy. On the empty file system every copy is a layer of its own.
    private static bool IsLinked(CopyOperation copy, InstructionScope scope) => copy.Link && copy.Chmod is null && !scope.StandsOnNothing;

    // With --parents the pivot says which part of the path isn't repeated below the destination, so it must survive cleaning.
    private static string BelowRoot(string source, bool parents)
    {
        int pivot = parents ? source.IndexOf(Pivot, StringComparison.Ordinal) : -1;
        if (pivot < 0) return ContainerPath.BelowRoot(source);
        string before = ContainerPath.BelowRoot(source[..pivot]);
        string after = ContainerPath.BelowRoot(source[(pivot + Pivot.Length)..]);
        return before.Length == 0 ? after : before + Pivot + after;
    }

    private static EquatableArray<WrittenSource> Written(CopyInstruction copy, List<string> sources, InstructionScope scope) =>
        new([.. sources.Select((text, i) => new WrittenSource(text, scope.Planned.ReportAt ?? copy.Sources[i].Span)).Where(s => FetchedSources.IsLocal(s.Text))]);

    private static List<InlineFile>? ReadInlineFiles(CopyInstruction copy, InstructionScope scope)
    {
        var files = new List<InlineFile>();
        bool failed = false;
        foreach (Heredoc heredoc in copy.Heredocs)
        {
            if (scope.Expand(heredoc) is { } content) files.Add(new InlineFile(heredoc.Name, content));
            else failed = true;
        }

        return failed ? null : files;
    }

    private static bool ReadFlag(Word? word, InstructionScope scope, out string? value)
    {
        value = word is null ? null : scope.Expand(word);
        return word is null || value is not null;
    }

    private static bool ChmodIsValid(Word? word, string? chmod, InstructionScope scope)
    {
        if (word is null || string.IsNullOrEmpty(chmod) || ChmodValue.IsValid(chmod)) return true;
        scope.Error(
            "BLD2207",
            $"'{chmod}' is not a file mode",
            word.Span,
            "write octal permission bits from 0 to 7777, or symbols such as u=rwX,go=rX");
        return false;
    }
}
