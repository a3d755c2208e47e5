using System.Text;
using Builder.Oci;

namespace Builder.Fuzzing.Tests.Targets;

/// <summary>Image names, digests and platforms: what is taken has one spelling that means the same.</summary>
internal sealed class ImageNameTarget : IFuzzTarget
{
    public string Name => "names";

    public IReadOnlyList<byte[]> Seeds { get; } =
    [
        .. new[]
        {
            "busybox", "library/busybox:1.36", "localhost:5000/a/b__c-d.e:T_ag.1-x", "[::1]:80/x", "index.docker.io/x", "docker.io/library/x@sha256:" + new string('a', 64),
            "Host.Name/x:latest@sha512:" + new string('0', 128), "linux/arm64/v8", "windows/amd64", "linux/arm/v7", "sha256:" + new string('f', 64),
        }.Select(Encoding.UTF8.GetBytes),
    ];

    public IReadOnlyList<string> Words { get; } = ["/", ":", "@", ".", "_", "__", "-", "--", "..", "//", "sha256:", "latest", "localhost", "[", "]", "A", "é", "İ", "\n", "\0", " ", "..", "%2f", "\u0130"];

    public void Read(byte[] input)
    {
        string text = Encoding.UTF8.GetString(input);
        if (ImageReference.TryParse(text, out ImageReference? name))
        {
            Assert.Equal(name, ImageReference.Parse(name.ToString()));
            Assert.Equal(name, ImageReference.Parse(name.FamiliarName));
            Assert.DoesNotContain("..", name.Path.Split('/'));
            Assert.True(Ascii.IsValid(name.ToString()) && !name.ToString().Any(char.IsControl), name.ToString());
        }
        else
        {
            Assert.Throws<FormatException>(() => ImageReference.Parse(text));
        }

        if (Digest.TryParse(text, out Digest digest)) Assert.Equal(text, digest.ToString());
        try
        {
            var platform = Platform.Parse(text);
            Assert.Equal(platform, Platform.Parse(platform.ToString()));
        }
        catch (FormatException)
        {
            // Refused, as promised.
        }
    }
}
