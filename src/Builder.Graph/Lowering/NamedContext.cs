using Builder.Graph.Operations;
using Builder.Oci;

namespace Builder.Graph.Lowering;

/// <summary>What <c>--build-context</c> gives a name to. The set of subtypes is closed.</summary>
public abstract record NamedContext;

/// <summary>Files.</summary>
/// <param name="Operation">What brings them.</param>
public sealed record TreeContext(Operation Operation) : NamedContext;

/// <summary>An image.</summary>
/// <param name="Reference">Its name; null for the empty image.</param>
public sealed record ImageContext(ImageReference? Reference) : NamedContext;
