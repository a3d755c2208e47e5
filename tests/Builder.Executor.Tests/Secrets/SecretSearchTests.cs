using System.Text;
using Builder.Executor.Secrets;

namespace Builder.Executor.Tests.Secrets;

public sealed class SecretSearchTests
{
    private const string Secret = "s3cr3t?t0ken>/ü \"x\"";
    private static readonly SecretSearch Search = new(SecretPatterns.Of("t", Encoding.UTF8.GetBytes(Secret + "\n")));

    public static TheoryData<string, string> Forms => new()
    {
        { Secret, "" },
        { Convert.ToHexStringLower(Encoding.UTF8.GetBytes(Secret)), "hexadecimal" },
        { Convert.ToHexString(Encoding.UTF8.GetBytes(Secret)), "hexadecimal" },
        { Uri.EscapeDataString(Secret), "URL-encoded" },
        { Uri.EscapeDataString(Secret).Replace("%20", "+", StringComparison.Ordinal), "URL-encoded" },
        { "s3cr3t?t0ken>/ü \\\"x\\\"", "JSON" },
        { "s3cr3t?t0ken>\\/ü \\\"x\\\"", "JSON" },
    };

    [Theory]
    [MemberData(nameof(Forms))]
    public void A_secret_is_found_in_every_form_and_at_its_place(string written, string form)
    {
        SecretMatch? match = Search.Find(Stream("12345" + written + "after"), CancellationToken.None);
        Assert.Equal((form, 5L), (match?.Pattern.Form, match?.Offset));
    }

    [Fact]
    public void Base64_is_found_whatever_stands_before_and_after_the_secret()
    {
        for (int before = 0; before < 6; before++)
        {
            for (int after = 0; after < 4; after++)
            {
                string text = Convert.ToBase64String(Encoding.UTF8.GetBytes(new string('a', before) + Secret + new string('b', after)));
                Assert.Equal("base64", Search.Find(Stream(text), CancellationToken.None)?.Pattern.Form);
                Assert.Equal("base64", Search.Find(Stream(text.Replace('+', '-').Replace('/', '_')), CancellationToken.None)?.Pattern.Form);
            }
        }
    }

    [Theory]
    [InlineData(76, "\n")]
    [InlineData(64, "\r\n")]
    [InlineData(10, "\n    ")]
    [InlineData(1, "\n\t")]
    public void Digits_are_found_wherever_a_program_has_broken_them_into_lines_whatever_stands_before(int width, string lineBreak)
    {
        byte[] key = new byte[100];
        new Random(1).NextBytes(key);
        var search = new SecretSearch(SecretPatterns.Of("key", key));
        for (int before = 0; before < 80; before++)
        {
            byte[] all = [.. Encoding.ASCII.GetBytes(new string('a', before)), .. key, 1, 2, 3];
            foreach (string digits in (string[])[Convert.ToBase64String(all), Convert.ToHexString(all)])
            {
                string text = "x\n" + string.Join(lineBreak, digits.Chunk(width).Select(line => new string(line)));
                Assert.NotNull(search.Find(Stream(text), CancellationToken.None));
                Assert.Equal(search.Find(Encoding.ASCII.GetBytes(text)), search.Find(Stream(text), CancellationToken.None));
            }
        }
    }

    [Fact]
    public void Broken_digits_are_found_at_their_place_wherever_the_pieces_of_a_long_stream_meet()
    {
        string digits = string.Join("\n ", Convert.ToHexStringLower(Encoding.UTF8.GetBytes(Secret)).Chunk(7).Select(line => new string(line)));
        foreach (int place in (int[])[0, (256 << 10) - 40, (256 << 10) - 5, 256 << 10, (512 << 10) - 1, (512 << 10) + 30, 900_000])
        {
            byte[] content = Enumerable.Range(0, 1_000_000).Select(i => (byte)(i % 17 == 0 ? '\n' : 'g')).ToArray();
            Encoding.ASCII.GetBytes(digits).CopyTo(content, place);
            Assert.Equal(place, Search.Find(new MemoryStream(content), CancellationToken.None)?.Offset);
        }
    }

    [Fact]
    public void A_secret_is_found_in_both_kinds_of_utf16()
    {
        foreach (Encoding encoding in (Encoding[])[Encoding.Unicode, Encoding.BigEndianUnicode])
        {
            byte[] content = [1, 2, 3, .. encoding.GetBytes(Secret), 4];
            Assert.Equal(("UTF-16", 3L), Search.Find(new MemoryStream(content), CancellationToken.None) is { } match ? (match.Pattern.Form, match.Offset) : default);
        }
    }

    [Fact]
    public void A_secret_is_found_wherever_the_pieces_of_a_long_stream_meet()
    {
        byte[] secret = Encoding.UTF8.GetBytes(Secret);
        foreach (int place in (int[])[0, (256 << 10) - 5, 256 << 10, (512 << 10) - 1, 900_000])
        {
            byte[] content = new byte[1_000_000];
            secret.CopyTo(content, place);
            Assert.Equal(place, Search.Find(new MemoryStream(content), CancellationToken.None)?.Offset);
        }

        Assert.Null(Search.Find(new MemoryStream(new byte[1_000_000]), CancellationToken.None));
    }

    [Fact]
    public void Short_secrets_are_not_looked_for()
    {
        Assert.Empty(SecretPatterns.Of("short", "1234567\n"u8));
        Assert.NotEmpty(SecretPatterns.Of("long", "12345678\n"u8));
    }

    [Fact]
    public void Lines_are_shown_without_secrets_and_without_lines_of_secrets()
    {
        var mask = new SecretMask([.. SecretPatterns.Of("a", "correct horse"u8), .. SecretPatterns.Of("b", "first line of key\nsecond line of key\n"u8)]);
        Assert.Equal("say *** now", mask.Apply("say correct horse now"));
        Assert.Equal("***", mask.Apply("second line of key"));
        Assert.Equal("***", mask.Apply("correct%20horse"));
        Assert.Equal("nothing", mask.Apply("nothing"));
    }

    private static MemoryStream Stream(string text) => new(Encoding.UTF8.GetBytes(text));
}
