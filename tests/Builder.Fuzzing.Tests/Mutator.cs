using System.Text;

namespace Builder.Fuzzing.Tests;

/// <summary>Makes inputs out of seeds. The same number gives the same input.</summary>
internal sealed class Mutator(IFuzzTarget target)
{
    private const int MaxLength = 1 << 17;
    private const int MaxRepeats = 400;
    private readonly byte[][] _words = [.. target.Words.Select(Encoding.UTF8.GetBytes)];

    /// <summary>The input of a number.</summary>
    public byte[] Make(int number)
    {
        var random = new Random(number);
        List<byte> input = [.. target.Seeds[random.Next(target.Seeds.Count)]];
        for (int i = random.Next(1, 8); i > 0; i--) Mutate(input, random);
        if (input.Count > MaxLength) input.RemoveRange(MaxLength, input.Count - MaxLength);
        return target.Repair([.. input]);
    }

    private void Mutate(List<byte> input, Random random)
    {
        int at = random.Next(input.Count + 1);
        int length = Math.Min(random.Next(1, 60), input.Count - at);
        switch (random.Next(8))
        {
            case 0:
                input.RemoveRange(at, length);
                break;
            case 1:
                input.InsertRange(random.Next(input.Count + 1), [.. input.GetRange(at, length)]);
                break;
            case 2:
                if (at < input.Count) input[at] = (byte)random.Next(256);
                break;
            case 3:
                if (at < input.Count) input[at] ^= (byte)(1 << random.Next(8));
                break;
            case 4:
                input.InsertRange(at, Repeat([.. input.GetRange(at, length)], random));
                break;
            case 5:
                input.InsertRange(at, Repeat(Word(random), random));
                break;
            case 6:
                byte[] other = target.Seeds[random.Next(target.Seeds.Count)];
                int from = random.Next(other.Length + 1);
                input.InsertRange(at, other[from..Math.Min(other.Length, from + random.Next(400))]);
                break;
            default:
                input.InsertRange(at, Word(random));
                break;
        }
    }

    private byte[] Word(Random random) => _words[random.Next(_words.Length)];

    private static byte[] Repeat(byte[] piece, Random random)
    {
        int count = random.Next(1, MaxRepeats);
        var repeated = new byte[piece.Length * count];
        for (int i = 0; i < count; i++) piece.CopyTo(repeated, i * piece.Length);
        return repeated;
    }
}
