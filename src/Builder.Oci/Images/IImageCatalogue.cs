namespace Builder.Oci.Images;

/// <summary>What repositories a registry has, and what is in them.</summary>
public interface IImageCatalogue
{
    /// <summary>Repositories whose names, or for registries with a search of their own whatever else, have to do with a term.</summary>
    /// <param name="domain">The registry as image names spell it.</param>
    /// <param name="term">What to look for.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="ImageSourceException">Refused, unreachable, or it can't be searched.</exception>
    Task<IReadOnlyList<FoundRepository>> SearchAsync(string domain, string term, int limit, CancellationToken cancellationToken);

    /// <summary>All names of images in a repository.</summary>
    /// <param name="repository">Its tag counts for nothing.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="ImageSourceException">Refused, unreachable, or there is no such repository.</exception>
    Task<IReadOnlyList<ImageReference>> ListTagsAsync(ImageReference repository, CancellationToken cancellationToken);
}

/// <summary>A repository that was found.</summary>
/// <param name="Name">As the registry spells it, without its host.</param>
/// <param name="Description">Empty when there is none.</param>
/// <param name="Stars">How many like it; 0 where that isn't counted.</param>
/// <param name="IsOfficial">Kept by those who keep the registry.</param>
/// <param name="IsAutomated">Built by the registry.</param>
public sealed record FoundRepository(string Name, string Description, int Stars, bool IsOfficial, bool IsAutomated);
