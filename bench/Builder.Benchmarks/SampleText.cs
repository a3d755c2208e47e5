using System.Text;

namespace Builder.Benchmarks;

/// <summary>Content that compresses about as programs and their sources do, the same every time.</summary>
internal static class SampleText
{
    private static readonly string[] Words = ["return", "static", "const", "index", "{\n", "}\n", "(value)", "=", "0x1f", ";\n", "length", "buffer", "if", "for", "+ 1", "&&"];

    public static byte[] Bytes(int size)
    {
        var random = new Random(7);
        var text = new StringBuilder(size + 32);
        while (text.Length < size)
        {
            text.Append(Words[random.Next(Words.Length)]).Append(' ');
            if (random.Next(4) == 0) text.Append("name").Append(random.Next(100_000));
        }

        return Encoding.ASCII.GetBytes(text.ToString(0, size));
    }
}
