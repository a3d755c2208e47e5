using System.Text.Json.Serialization;
using Builder.Oci.Collections;
using Builder.Oci.Images;

namespace Builder.Oci.Json;

[JsonSourceGenerationOptions(
    GenerationMode = JsonSourceGenerationMode.Metadata,
    DefaultIgnoreCondition = JsonIgnoreCondition.Never,
    MaxDepth = OciJson.MaxDepth,
    AllowDuplicateProperties = false,
    Converters =
    [
        typeof(DigestConverter), typeof(PlatformConverter), typeof(StringSetConverter), typeof(StringMapConverter),
        typeof(LenientBooleanConverter), typeof(LenientInt32Converter), typeof(LenientInt64Converter),
        typeof(EquatableArrayConverter<string>), typeof(EquatableArrayConverter<Digest>),
        typeof(EquatableArrayConverter<HistoryEntry>), typeof(EquatableArrayConverter<Descriptor>),
        typeof(EquatableArrayConverter<DockerArchiveImage>),
    ])]
[JsonSerializable(typeof(ImageConfig))]
[JsonSerializable(typeof(ImageManifest))]
[JsonSerializable(typeof(ImageIndex))]
[JsonSerializable(typeof(EquatableArray<DockerArchiveImage>))]
[JsonSerializable(typeof(DockerArchiveImage))]
internal sealed partial class OciJsonContext : JsonSerializerContext;
