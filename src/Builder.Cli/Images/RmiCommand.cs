using System.CommandLine;
using Builder.Cache;
using Builder.Cache.Images;
using Builder.Cli.CommandLine;
using Builder.Cli.Containers;
using Builder.Cli.Hosting;
using Builder.Oci;
using Builder.Oci.Collections;
using Builder.Runtime.Containers;

namespace Builder.Cli.Images;

/// <summary>Takes names from images and removes images without one.</summary>
internal sealed class RmiCommand(CommandContext context)
{
    /// <summary>Runs it: removes what it can, tells about the rest.</summary>
    /// <param name="images">Names, ids or id prefixes.</param>
    /// <param name="force">Also images with several names, and those that ended containers were made of.</param>
    public ExitCode Run(EquatableArray<string> images, bool force)
    {
        using BuilderStore store = context.OpenStore();
        var containers = new ContainerStore(store.Root, TreeRemoval.Remove);
        var code = ExitCode.Success;
        foreach (string image in images)
        {
            try
            {
                if (!Remove(store, containers, image, force) && !force) code = ExitCode.Failure;
            }
            catch (Exception e) when (e is CommandException or StoreException)
            {
                context.Terminal.Error.WriteLine($"builder: {e.Message}");
                code = ExitCode.Failure;
            }
        }

        return code;
    }

    // False when there is no such image.
    private bool Remove(BuilderStore store, ContainerStore containers, string typed, bool force)
    {
        ImageReference? name = ImageReference.TryParse(typed, out ImageReference? parsed) && store.Images.Find(parsed) is not null ? parsed : null;
        StoredImage? image = name is not null ? store.Images.Find(name) : ImageLookup.Find(store, typed);
        if (image is null)
        {
            context.Terminal.Error.WriteLine($"builder: {ImageLookup.Missing(typed).Message}");
            return false;
        }

        IReadOnlyList<ImageReference> names = store.Images.List().First(i => i.Image.Id == image.Id).Names;
        if (name is not null)
        {
            // With the last tag of a repository, what the image is called there by digest goes as well.
            bool isLastTag = name.Digest is null && !names.Any(n => n != name && n.Digest is null && n.Repository == name.Repository);
            ImageReference[] going = [.. names.Where(n => n == name.ToKey() || (isLastTag && n.Digest is not null && n.Repository == name.Repository))];
            if (going.Length < names.Count)
            {
                foreach (ImageReference each in going) Untag(store, each);
                return true;
            }
        }
        else if (!force && !IsOneName(names))
        {
            throw new CommandException($"conflict: unable to delete {ImageLookup.ShortId(image.Id)} (must be forced) - image is referenced in multiple repositories");
        }

        CheckContainers(containers, image.Id, typed, force);
        // Images of other platforms that had no name but this one go with it.
        Digest[] ids = [image.Id, .. names.SelectMany(store.Images.FindAll).Select(other => other.Id).Where(id => id != image.Id).Distinct()];
        foreach (ImageReference each in names) Untag(store, each);
        foreach (Digest id in ids.Where(id => id == image.Id || store.Images.NamesOf(id).Count == 0))
        {
            CheckContainers(containers, id, typed, force);
            store.Images.Delete(id);
            context.Terminal.Out.Write($"Deleted: {id}\n");
        }

        return true;
    }

    // A tag and what the same repository calls the image by digest are one name.
    private static bool IsOneName(IReadOnlyList<ImageReference> names) =>
        names.Count(n => n.Digest is null) <= 1 && names.DistinctBy(n => n.Repository, StringComparer.Ordinal).Count() <= 1;

    private void Untag(BuilderStore store, ImageReference name)
    {
        store.Images.Untag(name);
        context.Terminal.Out.Write($"Untagged: {name.FamiliarName}\n");
    }

    private static void CheckContainers(ContainerStore containers, Digest id, string typed, bool force)
    {
        foreach (ContainerRecord container in containers.List().Where(c => c.ImageId == id.ToString()))
        {
            bool running = containers.IsRunning(container.Id);
            if (!running && force) continue;
            throw new CommandException(
                $"conflict: unable to remove {typed} ({(running ? "cannot be forced" : "must be forced")}): "
                + $"container {container.Name} {(running ? "is running on it" : "was made of it")}");
        }
    }
}

/// <summary>The flags of <c>rmi</c>.</summary>
internal sealed class RmiGrammar : CommandGrammar
{
    private readonly Argument<string[]> _images = Flags.Operands("IMAGE", "Names or ids of images", 1);
    private readonly Option<bool> _force = Flags.Switch("--force", "Remove images with several names, and those containers were made of", "-f");
    private readonly Option<bool> _noPrune = Flags.Switch("--no-prune", "Accepted: there are no untagged parents");

    /// <inheritdoc/>
    public override void Declare(Command command)
    {
        command.Add(_images);
        command.Add(_force);
        command.Add(_noPrune);
    }

    /// <inheritdoc/>
    public override BoundCommand Bind(ParseResult parsed, HostEnvironment environment)
    {
        EquatableArray<string> images = [.. parsed.GetValue(_images)!];
        bool force = parsed.GetValue(_force);
        return new BoundCommand((context, _) => Task.FromResult(new RmiCommand(context).Run(images, force)));
    }
}
