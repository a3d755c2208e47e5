using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Builder.Parser.Syntax;

namespace Builder.Parser.Tests;

/// <summary>Writes a tree as text that parses to the same tree, each instruction on one line.</summary>
internal sealed class DockerfilePrinter
{
    internal static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly StringBuilder _output = new();
    private readonly char _escape;

    private DockerfilePrinter(char escape) => _escape = escape;

    public static string Print(DockerfileSyntax dockerfile)
    {
        var printer = new DockerfilePrinter(dockerfile.EscapeCharacter);
        foreach (Directive directive in dockerfile.Directives) printer._output.Append($"# {directive.Name}={directive.Value}\n");

        // The empty line keeps the first comment from being read as a directive.
        printer._output.Append('\n');
        foreach (Instruction instruction in dockerfile.Instructions)
        {
            foreach (string comment in instruction.LeadingComments) printer._output.Append($"# {comment}\n");
            var heredocs = new List<Heredoc>();
            printer.Line(instruction, heredocs);
            printer._output.Append('\n');
            foreach (Heredoc heredoc in heredocs) printer._output.Append(heredoc.Content).Append(heredoc.Name).Append('\n');
        }

        return printer._output.ToString();
    }

    private void Line(Instruction instruction, List<Heredoc> heredocs)
    {
        _output.Append(instruction.Keyword.Text);
        switch (instruction)
        {
            case FromInstruction from:
                Flag("platform", from.Platform);
                Arguments(from.StageName is null ? from.Image.Text : $"{from.Image.Text} AS {from.StageName.Text}");
                break;
            case ArgInstruction arg:
                Arguments(string.Join(' ', arg.Arguments.Select(a => a.Default is null ? a.Name.Text : $"{a.Name.Text}={a.Default.Text}")));
                break;
            case EnvInstruction env:
                Arguments(Pairs(env.Pairs, env.LegacyForm));
                break;
            case LabelInstruction label:
                Arguments(Pairs(label.Pairs, label.LegacyForm));
                break;
            case RunInstruction run:
                foreach (Word mount in run.Mounts) Flag("mount", mount);
                Flag("network", run.Network);
                Flag("security", run.Security);
                foreach (Word device in run.Devices) Flag("device", device);
                heredocs.AddRange(run.Heredocs);
                Arguments(Command(run.Command));
                break;
            case CopyInstruction copy:
                Copy(copy);
                heredocs.AddRange(copy.Heredocs);
                break;
            case OnbuildInstruction onbuild:
                _output.Append(' ');
                Line(onbuild.Inner!, heredocs); // triggers that can't be run aren't printed
                break;
            default:
                Simple(instruction);
                break;
        }
    }

    private void Simple(Instruction instruction)
    {
        switch (instruction)
        {
            case CmdInstruction cmd:
                Arguments(Command(cmd.Command));
                break;
            case EntrypointInstruction entrypoint:
                Arguments(Command(entrypoint.Command));
                break;
            case ShellInstruction shell:
                Arguments(Json(shell.Arguments));
                break;
            case ExposeInstruction expose:
                Arguments(string.Join(' ', expose.Ports.Select(p => p.Text)));
                break;
            case VolumeInstruction volume:
                Arguments(Json(volume.Paths));
                break;
            case UserInstruction user:
                Arguments(user.User.Text);
                break;
            case WorkdirInstruction workdir:
                Arguments(workdir.Path.Text);
                break;
            case StopSignalInstruction signal:
                Arguments(signal.Signal.Text);
                break;
            case MaintainerInstruction maintainer:
                Arguments(maintainer.Author.Text);
                break;
            case HealthcheckInstruction check:
                Flag("interval", check.Interval);
                Flag("timeout", check.Timeout);
                Flag("start-period", check.StartPeriod);
                Flag("start-interval", check.StartInterval);
                Flag("retries", check.Retries);
                Arguments(check.Command is null ? "NONE" : $"CMD {Command(check.Command)}");
                break;
            default:
                throw new InvalidOperationException(instruction.ToString());
        }
    }

    private void Copy(CopyInstruction copy)
    {
        Flag("from", copy.Flags.From);
        Flag("chown", copy.Flags.Chown);
        Flag("chmod", copy.Flags.Chmod);
        Flag("checksum", copy.Flags.Checksum);
        if (copy.Flags.Link) _output.Append(" --link");
        if (copy.Flags.Parents) _output.Append(" --parents");
        if (copy.Flags.KeepGitDir is { } keep) _output.Append($" --keep-git-dir={keep}");
        if (copy.Flags.Unpack is { } unpack) _output.Append($" --unpack={unpack}");
        foreach (Word pattern in copy.Flags.Exclude) Flag("exclude", pattern);

        // Here-documents come first: between other words they could end up inside quotes.
        Arguments(copy.JsonForm
            ? Json([.. copy.Sources, copy.Destination])
            : string.Join(' ', [.. copy.Heredocs.Select(Opener), .. copy.Sources.Select(s => s.Text), copy.Destination.Text]));
    }

    private static string Opener(Heredoc heredoc)
    {
        var opener = new StringBuilder($"{heredoc.FileDescriptor}<<{(heredoc.StripTabs ? "-" : "")}");
        if (!heredoc.Expand) opener.Append("''");
        foreach (char c in heredoc.Name)
        {
            if (!char.IsLetterOrDigit(c)) opener.Append('\\');
            opener.Append(c);
        }

        return opener.ToString();
    }

    private void Flag(string name, Word? value)
    {
        if (value is null) return;
        _output.Append($" --{name}=");
        foreach (char c in value.Text)
        {
            if (!char.IsLetterOrDigit(c)) _output.Append(_escape);
            _output.Append(c);
        }
    }

    private void Arguments(string text)
    {
        _output.Append(text.StartsWith("--", StringComparison.Ordinal) ? " -- " : " ").Append(text);
    }

    /// <summary>Two blanks, since a name that ends with the escape character would swallow one.</summary>
    private static string Pairs(SyntaxList<KeyValue> pairs, bool legacy) =>
        string.Join(' ', pairs.Select(p => $"{p.Key.Text}{(legacy ? "  " : "=")}{p.Value.Text}"));

    private static string Command(CommandLine command) => command switch
    {
        ShellCommand shell => shell.Text,
        ExecCommand exec => Json(exec.Arguments),
        _ => throw new InvalidOperationException(command.ToString()),
    };

    private static string Json(SyntaxList<Word> words) => JsonSerializer.Serialize(words.Select(w => w.Text), Plain);
}
