using Builder.Graph.Operations;
using Builder.Graph.Sources;
using Builder.Oci;
using Builder.Oci.Collections;
using Builder.Parser.Syntax;

namespace Builder.Graph.Lowering.Instructions;

/// <summary>Tells sources of COPY and ADD that are fetched from those of the context.</summary>
internal sealed class FetchedSources
{
    private readonly List<(Operation Operation, string Path, int Position, bool Unpack, string Text)> _fetched = [];
    private readonly List<string> _local = [];

    /// <summary>The sources that are paths.</summary>
    public IReadOnlyList<string> Local => _local;

    /// <summary>Whether a source is a path, not something to be fetched.</summary>
    public static bool IsLocal(string source) => !GitLocation.IsGit(source) && !HttpLocation.IsHttp(source);

    /// <summary>Sorts the sources; null after an error, which has been reported.</summary>
    public static FetchedSources? Read(CopyInstruction copy, List<string> sources, InstructionScope scope)
    {
        var result = new FetchedSources();
        bool ok = ReadChecksum(copy, sources, scope, out string? checksum);
        for (int i = 0; i < sources.Count; i++)
        {
            if (IsLocal(sources[i])) result._local.Add(sources[i]);
            else ok &= result.ReadOne(copy, copy.Sources[i], sources[i], GitLocation.IsGit(sources[i]), checksum, scope);
        }

        return ok ? result : null;
    }

    /// <summary>Adds the vertices that bring them.</summary>
    /// <param name="inputs">Those of the copy after its parent; more are added.</param>
    /// <param name="scope">The instruction's.</param>
    public EquatableArray<FetchedSource> AddTo(List<VertexId> inputs, InstructionScope scope)
    {
        var fetched = new List<FetchedSource>();
        foreach ((Operation operation, string path, int position, bool unpack, string text) in _fetched)
        {
            inputs.Add(scope.Context.Graph.Add(operation, [], scope.Origin() with { Label = UrlText.Redacted(text) }));
            fetched.Add(new FetchedSource(inputs.Count, path, position, unpack));
        }

        return [.. fetched];
    }

    private static bool ReadChecksum(CopyInstruction copy, List<string> sources, InstructionScope scope, out string? checksum)
    {
        checksum = null;
        if (copy.Flags.Checksum is not { } word) return true;
        checksum = scope.Expand(word);
        if (checksum is null) return false;
        if (sources.Count + copy.Heredocs.Count != 1)
        {
            scope.Error("BLD2213", "--checksum is for one source, but this ADD has several", word.Span, "write an ADD of its own for each");
            return false;
        }

        if (sources.Count == 1 && !IsLocal(sources[0])) return true;
        scope.Error("BLD2213", "--checksum is for sources that are fetched, not for files of the context", word.Span, "remove the flag");
        return false;
    }

    private bool ReadOne(CopyInstruction copy, Word word, string source, bool git, string? checksum, InstructionScope scope)
    {
        if (!copy.IsAdd)
        {
            scope.Error("BLD2211", $"COPY can't fetch '{UrlText.Redacted(source)}'", word.Span, "use ADD, or fetch it with RUN in a stage of its own");
            return false;
        }

        FeatureLevel level = scope.Context.Request.Parsed.Dockerfile.FeatureLevel;
        if (git && !level.Has(Feature.AddGit))
        {
            scope.Error(
                "BLD2217",
                $"{Feature.AddGit.Name} came with version {Feature.AddGit.Version} of the Dockerfile syntax, but {level.Asker} asks for {level.Version}",
                word.Span,
                "ask for docker/dockerfile:1");
            return false;
        }

        try
        {
            Operation operation = git ? ReadGit(copy, source, checksum) : HttpLocation.ToOperation(source, ReadDigest(checksum));
            string path = operation is HttpOperation http ? http.FileName : "";
            _fetched.Add((operation, path, _local.Count, !git && copy.Flags.Unpack == true, source));
            return true;
        }
        catch (FormatException e)
        {
            bool aboutChecksum = e.Data.Contains(nameof(checksum));
            string hint = aboutChecksum ? "write sha256:<digest> for a file, the hash of a commit for a git repository"
                : git ? "write it as https://host/name.git?submodules=0#branch-or-tag:directory" : "write it as https://host/path";
            scope.Error("BLD2401", e.Message, aboutChecksum ? copy.Flags.Checksum!.Span : word.Span, hint); // there is no checksum to complain of without the flag
            return false;
        }
    }

    private static GitOperation ReadGit(CopyInstruction copy, string source, string? checksum)
    {
        GitLocation location = GitLocation.Parse(source);
        if (copy.Flags.KeepGitDir is { } flag && location.KeepGitDirectory is { } asked && flag != asked)
            throw new FormatException($"--keep-git-dir={(flag ? "true" : "false")} and the URL's keep-git-dir={(asked ? "true" : "false")} contradict each other");
        GitOperation operation = location.ToOperation(copy.Flags.KeepGitDir ?? false);
        if (string.IsNullOrEmpty(checksum)) return operation;
        if (checksum.Length > 64 || !checksum.All(char.IsAsciiHexDigitLower)) throw Bad($"--checksum of a git repository is the hash of a commit, not '{checksum}'");
        if (operation.Checksum is { } own && own != checksum) throw Bad($"--checksum and the URL name two commits: {checksum} and {own}");
        return operation with { Checksum = checksum };
    }

    private static Digest? ReadDigest(string? checksum)
    {
        if (string.IsNullOrEmpty(checksum)) return null;
        if (!Digest.TryParse(checksum, out Digest digest)) throw Bad($"--checksum '{checksum}' is no digest");
        return digest.Algorithm == "sha256" ? digest : throw Bad($"--checksum is a sha256 digest, not {digest.Algorithm}");
    }

    private static FormatException Bad(string message)
    {
        var error = new FormatException(message);
        error.Data["checksum"] = true;
        return error;
    }
}
