using System.Text.Json.Nodes;
using Builder.Cli.Formatting;
using Builder.Cli.Formatting.Templates;

namespace Builder.Cli.Tests.Formatting;

public sealed class GoTemplateTests
{
    private const string Image = """
        {"Id":"sha256:abc","Size":4261550,"Ready":true,"RepoTags":["a:1","b:2"],"Ports":{"80/tcp":{},"443/tcp":{}},"Nothing":null,"Empty":[],
         "Config":{"Env":["PATH=/bin","X=<1>"],"Labels":{"b":"2","a":"1"},"WorkingDir":""}}
        """;

    [Theory]
    [InlineData("{{.Id}}", "sha256:abc")]
    [InlineData("{{ .Size }} bytes", "4261550 bytes")]
    [InlineData("{{.Ready}}", "true")]
    [InlineData("{{.Config.Env}}", "[PATH=/bin X=<1>]")]
    [InlineData("{{.Config.Labels}}", "map[a:1 b:2]")]
    [InlineData("{{.Nothing}}", "<no value>")]
    [InlineData("{{json .Config.Env}}", "[\"PATH=/bin\",\"X=<1>\"]")]
    [InlineData("{{.Config.Env | json}}", "[\"PATH=/bin\",\"X=<1>\"]")]
    [InlineData("{{json .Nothing}}", "null")]
    [InlineData("{{index .Config.Labels \"a\"}}", "1")]
    [InlineData("{{index .Config.Labels \"zz\"}}", "")]
    [InlineData("{{index .Nothing \"zz\"}}", "")]
    [InlineData("{{.Ports}}", "map[443/tcp:{} 80/tcp:{}]")]
    [InlineData("{{pad .Id 1 2}}|{{slice .Id 0 3}}|{{slice .RepoTags 1}}", " sha256:abc  |sha|[b:2]")]
    [InlineData("{{printf \"%-6s|%4d|%04d|%.2s|%x|%5.1f|%t\" \"ab\" 7 7 .Id 255 1.25 .Ready}}", "ab    |   7|0007|sh|ff|  1.2|true")]
    [InlineData("{{if gt .Size 5}}{{lt \"a\" \"b\"}} {{ge 1 2}} {{le 2 2}}{{end}}", "true false true")]
    [InlineData("{{html \"<a>\"}} {{urlquery \"a b\"}}", "&lt;a&gt; a+b")]
    [InlineData("{{index .RepoTags 1}}", "b:2")]
    [InlineData("{{len .RepoTags}}", "2")]
    [InlineData("{{join .RepoTags \", \"}}", "a:1, b:2")]
    [InlineData("{{upper .Id}}", "SHA256:ABC")]
    [InlineData("{{range .RepoTags}}<{{.}}>{{end}}", "<a:1><b:2>")]
    [InlineData("{{range $i, $t := .RepoTags}}{{$i}}={{$t}} {{end}}", "0=a:1 1=b:2 ")]
    [InlineData("{{range $k, $v := .Config.Labels}}{{$k}}={{$v}};{{end}}", "a=1;b=2;")]
    [InlineData("{{range .Empty}}x{{else}}none{{end}}", "none")]
    [InlineData("{{range .RepoTags}}{{$.Id}} {{end}}", "sha256:abc sha256:abc ")]
    [InlineData("{{if .Config.WorkingDir}}w{{else}}no w{{end}}", "no w")]
    [InlineData("{{if .Nothing}}1{{else if .Ready}}2{{else}}3{{end}}", "2")]
    [InlineData("{{with .Config}}{{len .Env}}{{end}}", "2")]
    [InlineData("{{$x := .Config}}{{$x.WorkingDir}}|", "|")]
    [InlineData("{{(index .RepoTags 0) | printf \"%s!\"}}", "a:1!")]
    [InlineData("{{printf \"%s:%d %q 100%%\" .Id .Size .Ready}}", "sha256:abc:4261550 \"true\" 100%")]
    [InlineData("a {{- .Id -}} b", "asha256:abcb")]
    [InlineData("{{/* a comment */}}x", "x")]
    [InlineData("{{if and .Ready (eq .Id \"sha256:abc\")}}yes{{end}}", "yes")]
    [InlineData("{{if or .Nothing .Empty}}yes{{else}}no{{end}}", "no")]
    [InlineData("{{if not .Nothing}}{{ne .Id \"x\"}}{{end}}", "true")]
    [InlineData("{{println .Id}}", "sha256:abc\n")]
    [InlineData("{{index (split .Id \":\") 1}}", "abc")]
    [InlineData("{{truncate .Id 6}}", "sha256")]
    [InlineData("{{title \"some words\"}}", "Some Words")]
    [InlineData("{{\"}}\"}}", "}}")]
    [InlineData("plain", "plain")]
    [InlineData("", "")]
    public void Templates_print_what_docker_prints(string template, string expected) =>
        Assert.Equal(expected, GoTemplate.Parse(template).Apply(JsonNode.Parse(Image)));

    [Theory]
    [InlineData("{{.Id", "unclosed action")]
    [InlineData("{{}}", "missing value")]
    [InlineData("{{nosuch .Id}}", "function \"nosuch\" not defined")]
    [InlineData("{{if .Id}}x", "{{end}} is missing")]
    [InlineData("{{end}}", "unexpected {{end}}")]
    [InlineData("{{.Id .Size}}", "expected a function")]
    [InlineData("{{(.Id}}", "unclosed left paren")]
    [InlineData("{{\"x}}", "unclosed action")]
    [InlineData("{{.Id ~}}", "unexpected '~'")]
    [InlineData("{{.Nope}}", "no field \"Nope\"")]
    [InlineData("{{.Nothing.More}}", "no field \"More\" in nil")]
    [InlineData("{{.Id.More}}", "can't evaluate field More")]
    [InlineData("{{range .Id}}{{end}}", "range can't iterate")]
    [InlineData("{{$y}}", "undefined variable \"$y\"")]
    [InlineData("{{index .RepoTags 7}}", "index out of range")]
    [InlineData("{{len}}", "len takes one argument")]
    [InlineData("{{len .Ready}}", "no length")]
    [InlineData("{{printf \"%z\" .Id}}", "%z is not supported")]
    [InlineData("{{printf \"%99999999999s\" .Id}}", "too wide")]
    [InlineData("{{slice .Id 2 99}}", "out of range")]
    [InlineData("{{index .Nothing 0}}", "out of range")]
    [InlineData("{{upper .Size}}", "upper needs a text")]
    [InlineData("{{.Id | .Size}}", "no function")]
    public void A_wrong_template_is_one_clear_error(string template, string expected)
    {
        CommandException e = Assert.Throws<CommandException>(() => GoTemplate.Parse(template).Apply(JsonNode.Parse(Image)));
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Deep_nesting_is_refused_not_followed()
    {
        Assert.Throws<CommandException>(() => GoTemplate.Parse(string.Concat(Enumerable.Repeat("{{if .}}", 5000))));
        Assert.Throws<CommandException>(() => GoTemplate.Parse("{{" + new string('(', 5000) + "}}"));
    }

    [Theory]
    [InlineData("{{.Name}}", "one\ntwo\n")]
    [InlineData("{{.Name}}\\t{{.Size}}", "one\t1B\ntwo\t22kB\n")]
    [InlineData("table {{.Name}}\\t{{.Size}}", "NAME      SIZE\none       1B\ntwo       22kB\n")]
    [InlineData("json", "{\"Name\":\"one\",\"Size\":\"1B\"}\n{\"Name\":\"two\",\"Size\":\"22kB\"}\n")]
    public void Rows_are_printed_as_the_format_says(string format, string expected)
    {
        var writer = new StringWriter();
        JsonObject[] rows = [new() { ["Name"] = "one", ["Size"] = "1B" }, new() { ["Name"] = "two", ["Size"] = "22kB" }];
        new RowWriter(new Dictionary<string, string> { ["Name"] = "NAME", ["Size"] = "SIZE" }).Write(writer, format, rows);
        Assert.Equal(expected, writer.ToString());
    }
}
