namespace Builder.EndToEnd.Tests.Differential;

/// <summary>Choices that the same seed makes the same way.</summary>
internal sealed class Chance(int seed)
{
    private readonly Random _random = new(seed);

    /// <summary>True in so many of a hundred cases.</summary>
    public bool In100(int percent) => _random.Next(100) < percent;

    public int Between(int least, int most) => _random.Next(least, most + 1);

    public T Pick<T>(params IReadOnlyList<T> from) => from[_random.Next(from.Count)];

    /// <summary>Calls one of several makers, each as likely as its weight.</summary>
    public string Weighted(params IReadOnlyList<(int Weight, Func<string> Make)> makers)
    {
        int at = _random.Next(makers.Sum(maker => maker.Weight));
        foreach ((int weight, Func<string> make) in makers)
        {
            at -= weight;
            if (at < 0)
                return make();
        }

        throw new InvalidOperationException("no maker has a weight");
    }
}
