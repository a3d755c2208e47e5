using System.Globalization;
using Builder.Cache.Images;
using Builder.Cache.Usage;
using Builder.Cli.Formatting;
using Builder.Cli.Images;
using Builder.Oci;
using Builder.Runtime.Containers;

namespace Builder.Cli.Pruning;

/// <summary>The long form of <c>system df</c>.</summary>
/// <param name="writer">Where to.</param>
/// <param name="now">What ages are counted from.</param>
internal sealed class SystemDfDetails(TextWriter writer, DateTimeOffset now)
{
    private const int ShortLength = 12;
    private const int ShownCommand = 20;

    /// <summary>Writes everything.</summary>
    public void Write(
        StoreUsage usage, IReadOnlyList<(StoredImage Image, IReadOnlyList<ImageReference> Names)> images, IReadOnlyList<ContainerRecord> all, ContainerStore containers)
    {
        WriteImages(usage, images, all);
        writer.Write("\nContainers space usage:\n\n");
        var table = new TextTable("CONTAINER ID", "IMAGE", "COMMAND", "LOCAL VOLUMES", "SIZE", "CREATED", "STATUS", "NAMES");
        foreach (ContainerRecord container in all)
        {
            string status = containers.IsRunning(container.Id) ? "Up" : container.ExitCode is { } code ? string.Create(CultureInfo.InvariantCulture, $"Exited ({code})") : "Dead";
            string command = string.Join(' ', container.Command);
            table.Add(
                container.Id[..ShortLength], container.Image, command.Length > ShownCommand ? command[..(ShownCommand - 1)] + "…" : command, "0",
                HumanSize.Format(StorePruner.Measure(containers.DirectoryOf(container.Id))), HumanAge.FormatAgo(container.CreatedAt, now), status, container.Name);
        }

        table.Write(writer);
        writer.Write("\nLocal Volumes space usage:\n\n");
        new TextTable("VOLUME NAME", "LINKS", "SIZE").Write(writer);
        WriteCache(usage);
    }

    private void WriteImages(
        StoreUsage usage, IReadOnlyList<(StoredImage Image, IReadOnlyList<ImageReference> Names)> images, IReadOnlyList<ContainerRecord> containers)
    {
        writer.Write("Images space usage:\n\n");
        var table = new TextTable("REPOSITORY", "TAG", "IMAGE ID", "CREATED", "SIZE", "SHARED SIZE", "UNIQUE SIZE", "CONTAINERS");
        Dictionary<Digest, int> users = images.SelectMany(i => SystemDfCommand.BlobsOf(i.Image)).GroupBy(b => b).ToDictionary(b => b.Key, b => b.Count());
        foreach ((StoredImage image, IReadOnlyList<ImageReference> names) in images)
        {
            long size = SystemDfCommand.BlobsOf(image).Sum(b => usage.BlobSizes.GetValueOrDefault(b));
            long unique = SystemDfCommand.BlobsOf(image).Where(b => users[b] == 1).Sum(b => usage.BlobSizes.GetValueOrDefault(b));
            string made = containers.Count(c => c.ImageId == image.Id.ToString()).ToString(CultureInfo.InvariantCulture);
            foreach (ImageReference? name in names.Count == 0 ? [null] : names.Cast<ImageReference?>())
            {
                table.Add(
                    name?.FamiliarRepository ?? ImageLookup.None, name?.Tag ?? ImageLookup.None, ImageLookup.ShortId(image.Id), Timestamps.Since(image.Config.Created, now),
                    HumanSize.Format(size), HumanSize.Format(size - unique), HumanSize.Format(unique), made);
            }
        }

        table.Write(writer);
    }

    private void WriteCache(StoreUsage usage)
    {
        writer.Write($"\nBuild cache usage: {HumanSize.Format(usage.Cache)}\n\n");
        const string Format = "table {{.ID}}\t{{.CacheType}}\t{{.Size}}\t{{.CreatedSince}}\t{{.LastUsedSince}}\t{{.InUse}}\t{{.Shared}}";
        new RowWriter(CacheRows.Headings).Write(writer, Format, usage.Items.OrderByDescending(i => i.LastUsed).Select(i => CacheRows.Fields(i, now)));
    }
}
