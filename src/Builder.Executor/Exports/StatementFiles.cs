using System.Security.Cryptography;
using System.Text;
using Builder.Cache.Layers;
using Builder.Oci;
using Builder.Oci.Images;

namespace Builder.Executor.Exports;

/// <summary>Makes files of what is claimed of a result that leaves as files: each of them is a subject.</summary>
internal static class StatementFiles
{
    private const int MostSubjects = 200_000;

    /// <summary>The files; none when nothing is claimed.</summary>
    /// <exception cref="OperationException">There are too many files to name them all.</exception>
    public static IReadOnlyList<ExtraFile> Of(TreePart part, MergedTree tree, CancellationToken cancellationToken)
    {
        Attestation[] attestations = [.. part.Result.Attestations.Where(attestation => attestation.FileName is not null)];
        if (attestations.Length == 0) return [];
        List<(string, Digest)> subjects = Subjects(tree, cancellationToken);
        return [.. attestations.Select(attestation => new ExtraFile(part.AttestationPrefix + attestation.FileName, AttestationManifest.WriteStatement(attestation, subjects)))];
    }

    private static List<(string, Digest)> Subjects(MergedTree tree, CancellationToken cancellationToken)
    {
        var subjects = new List<(string, Digest)>();
        foreach (MergedFile file in tree.Walk([]))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!file.Status.IsRegular) continue;
            if (subjects.Count == MostSubjects)
                throw new OperationException($"attestations of a directory name all its files, and there are more than {MostSubjects}; --output type=oci names the image only");
            using var content = new FileStream(file.OpenRead(), FileAccess.Read, bufferSize: 0);
            subjects.Add((Encoding.UTF8.GetString(file.Path), Digest.FromSha256(SHA256.HashData(content))));
        }

        return subjects;
    }
}
