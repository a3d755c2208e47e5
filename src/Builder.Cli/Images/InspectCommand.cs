using System.CommandLine;
using System.Text.Json.Nodes;
using Builder.Cache;
using Builder.Cache.Images;
using Builder.Cli.CommandLine;
using Builder.Cli.Formatting.Templates;
using Builder.Cli.Hosting;
using Builder.Oci;
using Builder.Oci.Collections;

namespace Builder.Cli.Images;

/// <summary>Shows all that is known of images.</summary>
internal sealed class InspectCommand(CommandContext context)
{
    /// <summary>Runs it: shows those it finds, tells about those it doesn't.</summary>
    /// <param name="images">Names or ids.</param>
    /// <param name="format">Template, or null for JSON.</param>
    public ExitCode Run(EquatableArray<string> images, string? format)
    {
        GoTemplate? template = format is null or "" or "json" ? null : Parse(format);
        using BuilderStore store = context.OpenStore();
        ILookup<Digest, ImageReference> names = store.Images.List().SelectMany(i => i.Names.Select(n => (i.Image.Id, n))).ToLookup(p => p.Id, p => p.n);
        var found = new JsonArray();
        var code = ExitCode.Success;
        foreach (string name in images)
        {
            StoredImage? image = ImageLookup.Find(store, name);
            if (image is null)
            {
                context.Terminal.Error.WriteLine($"builder: {ImageLookup.Missing(name).Message}");
                code = ExitCode.Failure;
                continue;
            }

            JsonObject description = ImageDescription.Of(image, [.. names[image.Id]]);
            if (template is null) found.Add((JsonNode)description);
            else context.Terminal.Out.Write(template.Apply(description, new InspectTypes()) + "\n");
        }

        if (template is null) context.Terminal.Out.Write(TemplateValues.Json(found, indented: string.IsNullOrEmpty(format)) + "\n");
        return code;
    }

    // docker's own code for a template that is none.
    private static GoTemplate Parse(string format)
    {
        try
        {
            return GoTemplate.Parse(format);
        }
        catch (CommandException e)
        {
            throw new CommandException(e.Message, new ExitCode(64), inner: e);
        }
    }
}

/// <summary>The flags of <c>inspect</c>.</summary>
internal sealed class InspectGrammar : CommandGrammar
{
    private readonly Argument<string[]> _images = Flags.Operands("IMAGE", "Names or ids of images", 1);
    private readonly Option<string?> _format = Flags.Text("--format", "Print with a template, or as json", "-f");
    private readonly Option<bool> _size = Flags.Switch("--size", "Without effect: sizes are always shown", "-s");
    private readonly Option<string?> _type = Flags.Text("--type", "Kind of object: image");

    /// <inheritdoc/>
    public override void Declare(Command command)
    {
        command.Add(_images);
        command.Add(_format);
        command.Add(_size);
        command.Add(_type);
    }

    /// <inheritdoc/>
    public override BoundCommand Bind(ParseResult parsed, HostEnvironment environment)
    {
        if (parsed.GetValue(_type) is { } type && type != "image") throw new CommandException($"--type {type} is not supported: only image is");
        EquatableArray<string> images = [.. parsed.GetValue(_images)!];
        string? format = parsed.GetValue(_format);
        return new BoundCommand((context, _) => Task.FromResult(new InspectCommand(context).Run(images, format)));
    }
}
