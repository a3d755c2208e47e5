namespace Builder.Fuzzing.Tests;

/// <summary>Something that reads what strangers wrote. It may refuse, but only in the way it promises.</summary>
internal interface IFuzzTarget
{
    /// <summary>Names it on the command line of <c>tests/fuzz/run</c>.</summary>
    string Name { get; }

    /// <summary>Inputs that mutation starts from.</summary>
    IReadOnlyList<byte[]> Seeds { get; }

    /// <summary>Words of the language, which mutation puts in.</summary>
    IReadOnlyList<string> Words { get; }

    /// <summary>Makes good what would have every mutated input refused at the door, such as checksums.</summary>
    byte[] Repair(byte[] input) => input;

    /// <summary>Reads one input; an exception is a fault, and so is a broken promise, which an assertion tells.</summary>
    void Read(byte[] input);
}
