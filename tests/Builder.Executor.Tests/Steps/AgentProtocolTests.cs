using Builder.Executor.Steps;

namespace Builder.Executor.Tests.Steps;

public sealed class AgentProtocolTests
{
    [Fact]
    public async Task Listing_and_signing_reach_the_agent_and_everything_else_is_refused()
    {
        byte[] requests = [0, 0, 0, 1, 11, 0, 0, 0, 1, 19, 0, 0, 0, 2, 13, 9, 0, 0, 0, 1, 27];
        var client = new Conversation(requests);
        var agent = new Conversation([0, 0, 0, 1, 12, 0, 0, 0, 1, 14]);

        await AgentProtocol.RelayAsync(client, agent, CancellationToken.None);

        Assert.Equal([0, 0, 0, 1, 11, 0, 0, 0, 2, 13, 9], agent.Written);
        Assert.Equal([0, 0, 0, 1, 12, 0, 0, 0, 1, 5, 0, 0, 0, 1, 14, 0, 0, 0, 1, 5], client.Written);
    }

    [Theory]
    [InlineData(0, 0, 0, 0)]
    [InlineData(0, 4, 0, 1)]
    [InlineData(255, 255, 255, 255)]
    public async Task A_message_of_no_sensible_length_ends_the_conversation(params int[] header) =>
        await Assert.ThrowsAsync<InvalidDataException>(() => AgentProtocol.RelayAsync(
            new Conversation([.. header.Select(b => (byte)b), 11]), new Conversation([]), CancellationToken.None));

    [Fact]
    public async Task An_agent_that_hangs_up_ends_the_conversation()
    {
        var client = new Conversation([0, 0, 0, 1, 11]);
        await AgentProtocol.RelayAsync(client, new Conversation([]), CancellationToken.None);
        Assert.Empty(client.Written);
    }

    /// <summary>Gives prepared bytes and keeps what is written.</summary>
    private sealed class Conversation(byte[] input) : MemoryStream(input, writable: false)
    {
        private readonly MemoryStream _written = new();

        public byte[] Written => _written.ToArray();

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => _written.WriteAsync(buffer, cancellationToken);
    }
}
