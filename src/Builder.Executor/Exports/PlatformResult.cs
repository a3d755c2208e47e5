using Builder.Oci;

namespace Builder.Executor.Exports;

/// <summary>What a build made for one platform.</summary>
/// <param name="Platform">The platform.</param>
/// <param name="Result">What was made.</param>
public sealed record PlatformResult(Platform Platform, BuildResult Result)
{
    /// <summary>What its directory is called where each platform has one.</summary>
    public string DirectoryName => Platform.ToString().Replace('/', '_');
}

/// <summary>The files of one result on their way into a directory or a tar.</summary>
/// <param name="Result">The result.</param>
/// <param name="Directory">Below which directory; empty for none.</param>
/// <param name="AttestationPrefix">What names of files with claims begin with.</param>
public sealed record TreePart(BuildResult Result, string Directory, string AttestationPrefix);

/// <summary>A file that tells about files.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Content">What is in it.</param>
internal sealed record ExtraFile(string Name, ReadOnlyMemory<byte> Content);
