using System.Collections.Concurrent;
using Builder.Cache.Layers;
using Builder.Oci;
using Builder.Oci.Tar;

namespace Builder.Executor.Secrets;

/// <summary>Looks for secrets in layers, in each once.</summary>
/// <param name="layers">Where layers are.</param>
/// <param name="search">The secrets.</param>
internal sealed class LayerScan(LayerStore layers, SecretSearch search)
{
    private readonly ConcurrentDictionary<Digest, SecretPlace?> _known = new();
    private readonly Lock _gate = new();

    /// <summary>Whether there is nothing to look for.</summary>
    public bool IsEmpty => search.IsEmpty;

    /// <summary>The secrets.</summary>
    public SecretSearch Search => search;

    /// <summary>The first secret in a layer, or null.</summary>
    public SecretPlace? Find(LayerBlob layer, CancellationToken cancellationToken)
    {
        if (search.IsEmpty) return null;
        lock (_gate)
        {
            if (_known.TryGetValue(layer.DiffId, out SecretPlace? known)) return known;
            SecretPlace? found = null;
            layers.ReadEntries(layer, (entry, content) => found ??= Find(entry, content, cancellationToken), cancellationToken);
            return _known[layer.DiffId] = found;
        }
    }

    private SecretPlace? Find(TarEntry entry, Stream content, CancellationToken cancellationToken)
    {
        string path = "/" + entry.ToString().TrimStart('/');
        if (search.Find(entry.Name) is { } inName) return new SecretPlace(inName, $"the name of {path}, at byte {inName.Offset}");
        if (search.Find(entry.LinkName) is { } inLink) return new SecretPlace(inLink, $"the target of the link {path}, at byte {inLink.Offset}");
        foreach (TarAttribute attribute in entry.Attributes)
        {
            if ((search.Find(attribute.Value) ?? search.Find(attribute.Name)) is { } inAttribute)
                return new SecretPlace(inAttribute, $"an attribute of {path}, at byte {inAttribute.Offset}");
        }

        return search.Find(content, cancellationToken) is { } match ? new SecretPlace(match, $"{path}, at byte {match.Offset}") : null;
    }
}

/// <summary>Where a secret was found.</summary>
/// <param name="Match">Which.</param>
/// <param name="Where">A name, and how far into it.</param>
internal sealed record SecretPlace(SecretMatch Match, string Where);
