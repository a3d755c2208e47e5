using System.Text.Json.Nodes;
using Builder.Cli.Formatting.Templates;

namespace Builder.Cli.Formatting;

/// <summary>Prints rows as <c>--format</c> says: a template per row, <c>table TEMPLATE</c>, or <c>json</c>.</summary>
/// <param name="headings">Column headings by field name, for <c>table</c>.</param>
internal sealed class RowWriter(IReadOnlyDictionary<string, string> headings)
{
    private const string Json = "json";
    private const string TablePrefix = "table ";

    /// <summary>Prints the rows.</summary>
    /// <exception cref="CommandException">The template is wrong.</exception>
    public void Write(TextWriter writer, string format, IEnumerable<JsonObject> rows)
    {
        if (format == Json)
        {
            foreach (JsonObject row in rows) writer.Write(TemplateValues.Json(row, escapesHtml: true) + "\n");
            return;
        }

        bool isTable = format.StartsWith(TablePrefix, StringComparison.Ordinal);
        string text = isTable ? format[TablePrefix.Length..] : format;
        // Shells hand \t and \n on as they were typed.
        GoTemplate template = GoTemplate.Parse(text.Replace("\\t", "\t", StringComparison.Ordinal).Replace("\\n", "\n", StringComparison.Ordinal));
        if (!isTable)
        {
            foreach (JsonObject row in rows) writer.Write(template.ApplyToRow(row) + "\n");
            return;
        }

        var header = new JsonObject();
        foreach ((string field, string heading) in headings) header[field] = heading;
        string[] columns = template.ApplyToHeadings(header).Split('\t');
        var table = new TextTable(columns);
        foreach (JsonObject row in rows)
        {
            string[] cells = template.ApplyToRow(row).Split('\t');
            Array.Resize(ref cells, columns.Length);
            table.Add([.. cells.Select(c => c ?? "")]);
        }

        table.Write(writer);
    }
}
