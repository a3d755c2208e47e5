namespace Builder.Oci;

/// <summary>An image document or archive is malformed; the message says which part and why.</summary>
public sealed class OciFormatException(string message, Exception? inner = null) : FormatException(SafeText.Of(message), inner);
