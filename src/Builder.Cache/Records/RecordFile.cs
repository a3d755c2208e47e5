using Builder.Cache.Keys;
using Builder.Oci;

namespace Builder.Cache.Records;

/// <summary>A file of the record store: a record or the way to one.</summary>
/// <param name="Format">Of the file; one that isn't <see cref="CurrentFormat"/> counts as absent.</param>
/// <param name="Alias">Digest of the key the record is under; everything else is null then.</param>
/// <param name="Fields">Of the key.</param>
/// <param name="SnapshotId">The result.</param>
/// <param name="Description">For people.</param>
/// <param name="CreatedAt">When it was executed.</param>
internal sealed record RecordFile(int Format, string? Alias, RecordField[]? Fields, string? SnapshotId, string? Description, DateTimeOffset? CreatedAt)
{
    /// <summary>What this program writes.</summary>
    internal const int CurrentFormat = 2;
}

/// <summary>A field of a key.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Digest">Of its value.</param>
/// <param name="Text">The value, where it is kept.</param>
internal sealed record RecordField(string? Name, string? Digest, string? Text)
{
    internal static RecordField From(CacheKeyField field) => new(field.Name, field.ValueDigest.ToString(), field.Text);

    /// <summary>The fields of a file; null when one of them is damaged.</summary>
    internal static List<CacheKeyField>? Read(IEnumerable<RecordField?> fields)
    {
        List<CacheKeyField> result = [];
        foreach (RecordField? field in fields)
        {
            if (field?.Name is null || !Oci.Digest.TryParse(field.Digest, out Digest digest)) return null;
            result.Add(new CacheKeyField(field.Name, digest, field.Text));
        }

        return result;
    }
}
