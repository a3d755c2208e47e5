using System.Text.Json.Serialization;
using Builder.Cache.Downloads;
using Builder.Cache.History;
using Builder.Cache.Images;
using Builder.Cache.Layers;
using Builder.Cache.Outputs;
using Builder.Cache.Records;
using Builder.Cache.Snapshots;

namespace Builder.Cache.Storage;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(StoreVersion))]
[JsonSerializable(typeof(SnapshotFile))]
[JsonSerializable(typeof(RecordFile))]
[JsonSerializable(typeof(ImageFile))]
[JsonSerializable(typeof(NameFile))]
[JsonSerializable(typeof(LayerFile))]
[JsonSerializable(typeof(ChainFile))]
[JsonSerializable(typeof(ConvertedFile))]
[JsonSerializable(typeof(DownloadFile))]
[JsonSerializable(typeof(BuildFile))]
[JsonSerializable(typeof(OutputFile))]
internal sealed partial class StoreJsonContext : JsonSerializerContext;
