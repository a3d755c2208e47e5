using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Builder.Oci;
using Builder.Oci.Collections;
using Builder.Oci.Images;

namespace Builder.Cli.Builds;

/// <summary>What became of a build.</summary>
/// <param name="Config">The config of the image.</param>
/// <param name="Manifest">What was pushed, or null.</param>
/// <param name="Names">Names it was given.</param>
internal sealed record ExportedImage(Descriptor Config, Descriptor? Manifest, EquatableArray<ImageReference> Names)
{
    /// <summary>With more names.</summary>
    public ExportedImage Named(IEnumerable<ImageReference> names) => this with { Names = [.. Names.Concat(names).Distinct()] };
}

/// <summary>The file of <c>--metadata-file</c>, with buildx's keys.</summary>
internal static class BuildMetadata
{
    /// <summary>Its content.</summary>
    public static byte[] Write(ExportedImage image)
    {
        using var content = new MemoryStream();
        using (var json = new Utf8JsonWriter(content, new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("containerimage.config.digest", image.Config.Digest.ToString());
            if (image.Manifest is { } manifest)
            {
                json.WriteStartObject("containerimage.descriptor");
                json.WriteString("mediaType", manifest.MediaType);
                json.WriteString("digest", manifest.Digest.ToString());
                json.WriteNumber("size", manifest.Size);
                json.WriteEndObject();
            }

            // Of an image that went nowhere but into the store, the id is the digest, as with docker's own store.
            json.WriteString("containerimage.digest", (image.Manifest ?? image.Config).Digest.ToString());
            if (image.Names.Count > 0) json.WriteString("image.name", string.Join(',', image.Names));
            json.WriteEndObject();
        }

        content.Write(Encoding.UTF8.GetBytes("\n"));
        return content.ToArray();
    }
}
