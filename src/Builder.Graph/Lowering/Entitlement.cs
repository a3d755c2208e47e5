namespace Builder.Graph.Lowering;

/// <summary>What a RUN may only ask for when the command line grants it.</summary>
public enum Entitlement
{
    /// <summary><c>network.host</c>: <c>RUN --network=host</c>.</summary>
    HostNetwork,

    /// <summary><c>security.insecure</c>: <c>RUN --security=insecure</c>.</summary>
    Insecure,

    /// <summary><c>device</c>: <c>RUN --device</c>.</summary>
    Device,
}
