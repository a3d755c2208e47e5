using System.Text.Json.Serialization;

namespace Builder.Sandbox.Seccomp;

/// <summary>A profile as docker's JSON files have it.</summary>
internal sealed record SeccompDocument(
    string? DefaultAction, uint? DefaultErrnoRet, string[]? Architectures, SeccompDocumentArchitecture[]? ArchMap, SeccompDocumentRule[]? Syscalls, string[]? Flags,
    string? ListenerPath, string? ListenerMetadata);

/// <summary>A processor, and those whose programs it runs as well.</summary>
internal sealed record SeccompDocumentArchitecture(string? Architecture, string[]? SubArchitectures);

/// <summary>A rule.</summary>
internal sealed record SeccompDocumentRule(
    string[]? Names, string? Name, string? Action, uint? ErrnoRet, SeccompDocumentArgument[]? Args, string? Comment, SeccompDocumentFilter? Includes,
    SeccompDocumentFilter? Excludes);

/// <summary>A condition on an argument.</summary>
internal sealed record SeccompDocumentArgument(uint Index, ulong Value, ulong ValueTwo, string? Op);

/// <summary>Where a rule holds.</summary>
internal sealed record SeccompDocumentFilter(string[]? Caps, string[]? Arches, string? MinKernel);

[JsonSerializable(typeof(SeccompDocument))]
[JsonSourceGenerationOptions(PropertyNameCaseInsensitive = true, MaxDepth = 16, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
internal sealed partial class SeccompJsonContext : JsonSerializerContext;
