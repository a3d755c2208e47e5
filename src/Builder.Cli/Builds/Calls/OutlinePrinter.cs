using System.Text.Json;
using Builder.Graph.Outlines;
using Builder.Oci.Collections;
using Builder.Parser.Text;

namespace Builder.Cli.Builds.Calls;

/// <summary>Prints outlines and lists of targets, in BuildKit's shapes.</summary>
internal sealed class OutlinePrinter(SourceText source, TextWriter output)
{
    /// <summary>Prints an outline.</summary>
    public void Print(Outline outline, CallFormat format)
    {
        if (format == CallFormat.Json)
        {
            CallJson.Print(output, writer => Write(writer, outline));
            return;
        }

        if (outline.Name is not null || outline.Description is not null)
        {
            var target = new List<string[]> { new[] { "TARGET:", outline.Name ?? "(default)" } };
            if (outline.Description is not null) target.Add(["DESCRIPTION:", outline.Description]);
            Columns.Write(output, target, padding: 1);
            output.Write('\n');
        }

        Section(["BUILD ARG", "VALUE", "DESCRIPTION"], outline.Arguments.Select(a => new[] { a.Name, a.Value ?? "", a.Description ?? "" }));
        Section(["SECRET", "REQUIRED"], outline.Secrets.Select(s => new[] { s.Name, s.Required ? "true" : "" }));
        Section(["SSH", "REQUIRED"], outline.SshAgents.Select(s => new[] { s.Name, s.Required ? "true" : "" }));
    }

    /// <summary>Prints the stages.</summary>
    public void Print(EquatableArray<OutlineTarget> targets, CallFormat format)
    {
        if (format == CallFormat.Json)
        {
            CallJson.Print(output, writer => Write(writer, targets));
            return;
        }

        string[][] rows = [.. targets.Select(target => new[] { ShownName(target), target.Description ?? "" })];
        Columns.Write(output, [["TARGET", "DESCRIPTION"], .. rows], padding: 1);
    }

    private static string ShownName(OutlineTarget target) => (target.Name, target.IsDefault) switch
    {
        (null, true) => "(default)",
        (null, false) => "",
        (string name, true) => $"{name} (default)",
        (string name, false) => name,
    };

    private void Section(string[] heading, IEnumerable<string[]> rows)
    {
        string[][] all = [heading, .. rows];
        if (all.Length == 1) return;
        Columns.Write(output, all, padding: 3);
        output.Write('\n');
    }

    private void Write(Utf8JsonWriter writer, Outline outline)
    {
        writer.WriteStartObject();
        writer.WriteText("name", outline.Name);
        writer.WriteText("description", outline.Description);
        if (outline.Arguments.Count > 0)
        {
            writer.WriteStartArray("args");
            foreach (OutlineArgument argument in outline.Arguments)
            {
                writer.WriteStartObject();
                writer.WriteString("name", argument.Name);
                writer.WriteText("description", argument.Description);
                writer.WriteText("value", argument.Value);
                writer.WriteLocation(source, argument.Span);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        WriteMounts(writer, "secrets", outline.Secrets);
        WriteMounts(writer, "ssh", outline.SshAgents);
        writer.WriteSources(source);
        writer.WriteEndObject();
    }

    private void WriteMounts(Utf8JsonWriter writer, string name, EquatableArray<OutlineMount> mounts)
    {
        if (mounts.Count == 0) return;
        writer.WriteStartArray(name);
        foreach (OutlineMount mount in mounts)
        {
            writer.WriteStartObject();
            writer.WriteString("name", mount.Name);
            if (mount.Required) writer.WriteBoolean("required", true);
            writer.WriteLocation(source, mount.Span);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private void Write(Utf8JsonWriter writer, EquatableArray<OutlineTarget> targets)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("targets");
        foreach (OutlineTarget target in targets)
        {
            writer.WriteStartObject();
            writer.WriteText("name", target.Name);
            if (target.IsDefault) writer.WriteBoolean("default", true);
            writer.WriteText("description", target.Description);
            writer.WriteText("base", target.Base);
            writer.WriteText("platform", target.Platform);
            writer.WriteLocation(source, target.Span);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteSources(source);
        writer.WriteEndObject();
    }
}
