namespace Builder.Oci.Tar;

/// <summary>A tar archive is malformed, truncated or uses something that is not supported; or an entry can't be expressed in one.</summary>
public sealed class TarFormatException(string message, Exception? inner = null) : FormatException(SafeText.Of(message), inner);
