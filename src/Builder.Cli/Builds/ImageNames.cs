using Builder.Oci;

namespace Builder.Cli.Builds;

/// <summary>Reads image names that come from the command line.</summary>
internal static class ImageNames
{
    /// <summary>The value of a flag that gives an image a name.</summary>
    /// <exception cref="CommandException">Not such a name.</exception>
    public static ImageReference ParseTagFlag(string text)
    {
        try
        {
            return ParseTag(text);
        }
        catch (CommandException e)
        {
            throw new CommandException(e.Message, ExitCode.Refused, e.Hint, e);
        }
    }

    /// <summary>A name an image can be given: no digest.</summary>
    /// <exception cref="CommandException">Not such a name.</exception>
    public static ImageReference ParseTag(string text)
    {
        ImageReference reference = Parse(text);
        if (reference.Digest is not null)
            throw new CommandException($"invalid tag \"{text}\": a name to be given can't have a digest");
        return reference;
    }

    /// <summary>Whether a tag was not typed but taken for granted.</summary>
    public static bool HasDefaultTag(string typed, ImageReference reference) =>
        reference.Digest is null && !typed.EndsWith(":" + reference.Tag, StringComparison.Ordinal);

    /// <summary>A name of any kind.</summary>
    /// <exception cref="CommandException">Not a name.</exception>
    public static ImageReference Parse(string text)
    {
        try
        {
            return ImageReference.Parse(text);
        }
        catch (FormatException e)
        {
            throw new CommandException(e.Message, inner: e);
        }
    }
}
