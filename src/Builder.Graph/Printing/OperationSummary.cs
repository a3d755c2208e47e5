using Builder.Graph.Operations;
using Builder.Graph.Sources;

namespace Builder.Graph.Printing;

/// <summary>Says in one line what an operation does.</summary>
internal static class OperationSummary
{
    public static string Of(Operation operation) => operation switch
    {
        ScratchOperation => "scratch",
        ImageOperation image => $"image {image.Reference} {image.ConfigDigest.Hex[..12]} layers={image.DiffIds.Count}",
        ContextOperation context => $"context {context.Name}",
        GitOperation git => OfGit(git),
        HttpOperation http => $"http {UrlText.Redacted(http.Url)}{Option("digest", http.Digest?.ToString())}{(http.Unpack ? " unpack" : "")}",
        ArchiveOperation archive => $"archive {archive.Digest}",
        MergeOperation => "merge",
        MakeDirectoryOperation directory => $"mkdir {directory.Path}{Option("user", directory.User)}",
        CopyOperation copy => OfCopy(copy),
        ExecOperation exec => OfExec(exec),
        _ => throw new InvalidOperationException($"unknown operation {operation.GetType().Name}"),
    };

    private static string OfGit(GitOperation git) =>
        $"git {UrlText.Redacted(git.Remote)}{Option("ref", git.Ref)}{Option("commit", git.Commit ?? git.Checksum)}{Option("subdir", git.Subdirectory)}"
        + $"{(git.KeepGitDirectory ? " keep-git-dir" : "")}{(git.Submodules ? "" : " no-submodules")}";

    private static string OfCopy(CopyOperation copy)
    {
        IEnumerable<string> files = copy.Sources.Select(source => "/" + source)
            .Concat(copy.Fetched.Select(fetched => $"{fetched.InputIndex}:/{fetched.Path}")).Concat(copy.InlineFiles.Select(file => "<<" + file.Name));
        string[] flags =
        [
            copy.UnpackArchives ? " unpack" : "", copy.Link ? " link" : "", copy.Parents ? " parents" : "",
            Option("chown", copy.Chown), Option("chmod", copy.Chmod), Option("exclude", string.Join(',', copy.Exclude)),
        ];
        return $"copy {string.Join(' ', files)} -> {copy.Destination}{string.Concat(flags)}";
    }

    private static string OfExec(ExecOperation exec)
    {
        string network = exec.Network == NetworkMode.Default ? "" : exec.Network.ToString().ToLowerInvariant();
        string mounts = string.Concat(exec.Mounts.Select(mount => Option("mount", OfMount(mount))));
        return $"exec {string.Join(' ', exec.Arguments)} cwd={exec.WorkingDirectory}{Option("user", exec.User)}{Option("network", network)}{mounts}";
    }

    private static string OfMount(ExecMount mount) => mount switch
    {
        BindExecMount bind => $"bind:{bind.Target}<-{bind.InputIndex}:/{bind.Source}",
        CacheExecMount cache => $"cache:{cache.Target}({cache.CacheId})",
        TmpfsExecMount => $"tmpfs:{mount.Target}",
        SecretExecMount secret => $"secret:{secret.Id}",
        SshExecMount ssh => $"ssh:{ssh.Id}",
        ScriptExecMount => $"script:{mount.Target}",
        _ => throw new InvalidOperationException($"unknown mount {mount.GetType().Name}"),
    };

    private static string Option(string name, string? value) => string.IsNullOrEmpty(value) ? "" : $" {name}={value}";
}
