using Builder.Oci;
using Builder.Oci.Collections;

namespace Builder.Cache.Keys;

/// <summary>A finished key.</summary>
/// <param name="Digest">What records are found by.</param>
/// <param name="Fields">What went in, in order.</param>
public sealed record CacheKey(Digest Digest, EquatableArray<CacheKeyField> Fields);

/// <summary>One field of a key.</summary>
/// <param name="Name">Its name.</param>
/// <param name="ValueDigest">Digest of its encoded value.</param>
/// <param name="Text">The value for people, cut short when it is long; null when it may be a secret.</param>
public sealed record CacheKeyField(string Name, Digest ValueDigest, string? Text = null);
