namespace Builder.Runtime.Containers;

/// <summary>A container can't be made, found or removed; the message says why.</summary>
public sealed class ContainerException(string message, Exception? inner = null) : Exception(message, inner);
