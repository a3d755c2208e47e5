using Builder.Cache.Keys;
using Builder.Oci;
using FsCheck;
using FsCheck.Fluent;

namespace Builder.Cache.Tests.Keys;

public sealed class CacheKeyWriterTests
{
    // Separators, prefixes of each other, what looks like framing, halves of surrogate pairs and what they decay to.
    private static readonly string[] Pieces =
        ["", "a", "b", "ab", ":", ",", "=", "\0", "\n", "1", "\u0001\0\0\0\0\0\0\0", "\ud83d", "\ude00", "\ud83d\ude00", "\ufffd", "sha256:"];

    private static readonly Gen<string> Text = Gen.Elements(Pieces).ArrayOf(3).Select(string.Concat);

    private static readonly Gen<object?> Value = Gen.OneOf(
        Text.Select(t => (object?)t),
        Gen.Constant((object?)null),
        Gen.Elements(true, false).Select(b => (object?)b),
        Gen.Elements(-1L, 0L, 1L, 2L).Select(n => (object?)n),
        Gen.Elements("a", "b").Select(t => (object?)Digest.Sha256(System.Text.Encoding.UTF8.GetBytes(t))),
        Gen.Elements("a", "b").Select(t => (object?)Digest.Sha256(System.Text.Encoding.UTF8.GetBytes(t)).ToString()),
        Gen.Elements<byte>(0, 1, 97).ArrayOf(2).Select(b => (object?)b),
        Gen.Constant((object?)NullList.Value),
        Gen.Choose(0, 3).SelectMany(n => Text.ArrayOf(n)).Select(l => (object?)l));

    private static readonly Gen<Input> Inputs =
        from kind in Gen.Elements("run", "copy", "")
        from version in Gen.Elements(1, 2)
        from names in Gen.SubListOf("a", "b", "ab", "", "a\0")
        from values in Value.ArrayOf(names.Count)
        select new Input(kind, version, [.. names.Zip(values)]);

    [Fact]
    public void Different_inputs_never_give_equal_keys_and_equal_inputs_always_do()
    {
        Prop.ForAll(Inputs.ArrayOf(25).ToArbitrary(), (Input[] inputs) =>
        {
            Dictionary<Digest, string> seen = [];
            foreach (Input input in inputs)
            {
                Digest key = input.Write().Digest;
                if (key != input.Write().Digest) return false;
                if (!seen.TryAdd(key, input.Describe()) && seen[key] != input.Describe()) return false;
            }

            return seen.Count == inputs.Select(i => i.Describe()).Distinct(StringComparer.Ordinal).Count();
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Value_digests_differ_exactly_when_values_do()
    {
        Prop.ForAll(Value.Two().ToArbitrary(), ((object? A, object? B) pair) =>
        {
            Input a = new("k", 1, [("f", pair.A)]);
            Input b = new("k", 1, [("f", pair.B)]);
            return (a.Write().Fields[0].ValueDigest == b.Write().Fields[0].ValueDigest) == (a.Describe() == b.Describe());
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Two_build_arguments_that_shift_a_separator_have_different_keys()
    {
        // A known wrong cache hit of another builder: values joined by a separator they may contain.
        Assert.NotEqual(List("A=1", "B=2,C=3"), List("A=1,B=2", "C=3"));
        Assert.NotEqual(List("ab"), List("a", "b"));
        Assert.NotEqual(List(""), List());
        Assert.NotEqual(List("", ""), List(""));
    }

    [Fact]
    public void Null_empty_and_absent_are_three_things()
    {
        CacheKeyWriter none = new("k", 1);
        CacheKeyWriter missing = new("k", 1);
        missing.Add("f", (string?)null);
        CacheKeyWriter empty = new("k", 1);
        empty.Add("f", "");
        Assert.Equal(3, new[] { none, missing, empty }.Select(k => k.Finish().Digest).Distinct().Count());
    }

    [Fact]
    public void A_key_remembers_its_fields_in_order_and_no_value()
    {
        CacheKeyWriter key = new("run", 1);
        key.Add("argv", ["sh", "-c", "true"]);
        key.Add("secret", "hunter2");
        CacheKey finished = key.Finish();
        Assert.Equal(["argv", "secret"], finished.Fields.Select(f => f.Name));
        Assert.DoesNotContain("hunter2", finished.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_encoding_does_not_change_by_accident()
    {
        CacheKeyWriter key = new("run", 1);
        key.Add("argv", ["sh"]);
        key.Add("network", false);
        key.Add("base", Digest.Sha256("x"u8));
        Assert.Equal("sha256:9e940af4524e48069a63e0b87cd6062e087243edd4f395c2ed626f9b5b7aa092", key.Finish().Digest.ToString());
    }

    [Fact]
    public void A_list_is_read_once_even_when_it_is_lazy()
    {
        int reads = 0;
        IEnumerable<string> Lazy()
        {
            reads++;
            yield return "a";
        }

        CacheKeyWriter key = new("k", 1);
        key.Add("f", Lazy());
        Assert.Equal(1, reads);
    }

    [Fact]
    public void A_field_can_be_added_once_and_only_before_the_end()
    {
        CacheKeyWriter key = new("k", 1);
        key.Add("f", 1);
        Assert.Throws<ArgumentException>(() => key.Add("f", 2));
        key.Finish();
        Assert.Throws<InvalidOperationException>(() => key.Add("g", 2));
    }

    private static Digest List(params string[] values)
    {
        CacheKeyWriter key = new("k", 1);
        key.Add("f", values);
        return key.Finish().Digest;
    }

    private sealed class NullList
    {
        internal static readonly NullList Value = new();
    }

    private sealed record Input(string Kind, int Version, (string Name, object? Value)[] Fields)
    {
        internal CacheKey Write()
        {
            CacheKeyWriter key = new(Kind, Version);
            foreach ((string name, object? value) in Fields)
            {
                switch (value)
                {
                    case null: key.Add(name, (string?)null); break;
                    case NullList: key.Add(name, (IEnumerable<string>?)null); break;
                    case string text: key.Add(name, text); break;
                    case bool truth: key.Add(name, truth); break;
                    case long number: key.Add(name, number); break;
                    case Digest digest: key.Add(name, digest); break;
                    case byte[] bytes: key.Add(name, bytes.AsSpan()); break;
                    case string[] list: key.Add(name, list); break;
                    default: throw new InvalidOperationException(value.GetType().Name);
                }
            }

            return key.Finish();
        }

        /// <summary>Another unambiguous description of the same input: every character as a number.</summary>
        internal string Describe() =>
            $"{Quote(Kind)} {Version} {string.Join(' ', Fields.Select(f => $"[{Quote(f.Name)} {DescribeValue(f.Value)}]"))}";

        private static string DescribeValue(object? value) => value switch
        {
            null => "null",
            NullList => "nulllist",
            string text => "text" + Quote(text),
            bool truth => "truth" + truth,
            long number => "number" + number,
            Digest digest => "digest" + digest,
            byte[] bytes => "bytes" + Convert.ToHexString(bytes),
            string[] list => $"list({string.Join(' ', list.Select(Quote))})",
            _ => throw new InvalidOperationException(value.GetType().Name),
        };

        private static string Quote(string text) => $"<{string.Join('.', text.Select(c => (int)c))}>";
    }
}
