using Builder.Graph.Operations;

namespace Builder.Graph.Lowering.Stages;

/// <summary>What a FROM, a <c>--from</c> or a mount's <c>from</c> names. The set of subtypes is closed.</summary>
internal abstract record FileSystemSource;

/// <summary>The empty file system, <c>scratch</c>.</summary>
internal sealed record ScratchSource : FileSystemSource;

/// <summary>A stage of this Dockerfile.</summary>
/// <param name="Index">Its place in the file; always before the user's.</param>
internal sealed record StageSource(int Index) : FileSystemSource;

/// <summary>An image.</summary>
/// <param name="Request">What to ask for.</param>
internal sealed record ImageSource(ImageRequest Request) : FileSystemSource;

/// <summary>A named context that is no image.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Operation">What brings its files.</param>
internal sealed record ContextSource(string Name, Operation Operation) : FileSystemSource
{
    /// <summary>Whether owners of files are kept; those of a local directory mean nothing in an image.</summary>
    public bool KeepsOwners => Operation is not ContextOperation;
}
