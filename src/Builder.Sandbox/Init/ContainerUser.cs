namespace Builder.Sandbox.Init;

/// <summary>Who a program runs as.</summary>
/// <param name="Uid">User id in the container.</param>
/// <param name="Gid">Group id in the container.</param>
/// <param name="Groups">Supplementary groups.</param>
/// <param name="Home">Home directory by passwd, else <c>/</c>.</param>
internal sealed record ContainerUser(int Uid, int Gid, IReadOnlyList<int> Groups, string Home);
