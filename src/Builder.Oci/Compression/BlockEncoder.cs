namespace Builder.Oci.Compression;

/// <summary>
/// A compressed form that is made block by block, each block for itself, so that several threads can work on one stream and the bytes
/// depend on nothing but the content. One encoder makes one stream.
/// </summary>
public abstract class BlockEncoder
{
    /// <summary>Bytes of a block; a part of the form, since other blocks give other bytes.</summary>
    public abstract int BlockSize { get; }

    /// <summary>What stands before the first block.</summary>
    public virtual ReadOnlyMemory<byte> Start => default;

    /// <summary>What stands after the last block; asked for when all have passed.</summary>
    public virtual ReadOnlyMemory<byte> End => default;

    /// <summary>The most that a block can become.</summary>
    public abstract int MaxEncodedSize(int size);

    /// <summary>Compresses a block; called from several threads at once.</summary>
    /// <param name="block">The content.</param>
    /// <param name="output">Has room for <see cref="MaxEncodedSize"/>.</param>
    public abstract EncodedBlock Encode(ReadOnlyMemory<byte> block, Memory<byte> output);

    /// <summary>A block is written; called in order.</summary>
    public virtual void Passed(EncodedBlock block)
    {
    }
}

/// <summary>A block, compressed.</summary>
/// <param name="Size">Bytes of the compressed block.</param>
/// <param name="ContentSize">Bytes of what is in it.</param>
/// <param name="Checksum">Of what is in it, where the form has one over all of the stream.</param>
public readonly record struct EncodedBlock(int Size, int ContentSize, uint Checksum = 0);
