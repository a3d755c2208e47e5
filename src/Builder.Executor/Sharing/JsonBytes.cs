using System.Text.Json.Serialization;

namespace Builder.Executor.Sharing;

[JsonSerializable(typeof(byte[]))]
internal sealed partial class JsonBytes : JsonSerializerContext;
