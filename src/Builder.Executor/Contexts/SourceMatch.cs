using Builder.Oci.Collections;

namespace Builder.Executor.Contexts;

/// <summary>Something a COPY source stands for.</summary>
/// <param name="Name">As it was named or matched; its last name is what a file is called in a destination directory. With --parents the path behind the pivot.</param>
/// <param name="Path">Where it is, links followed.</param>
/// <param name="Ancestors">With --parents: the directories above it up to the pivot, outermost first.</param>
/// <param name="Entries">It and what is below it, depth first; the first is itself.</param>
internal sealed record SourceMatch(TreePath Name, TreePath Path, EquatableArray<TreeEntry> Ancestors, IReadOnlyList<TreeEntry> Entries)
{
    public TreeEntry Top => Entries[0];
}
