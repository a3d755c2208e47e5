using Builder.Graph.Lowering.Mounts;
using Builder.Graph.Lowering.Stages;
using Builder.Graph.Operations;
using Builder.Oci.Collections;
using Builder.Parser.Diagnostics;
using Builder.Parser.Syntax;

namespace Builder.Graph.Lowering.Instructions;

/// <summary>RUN: the command text itself is never expanded, only what mounts say.</summary>
internal static class RunLowering
{
    private const int MostMounts = 1024;
    private const string ScriptDirectory = "/dev/pipes/";
    private const string HostnameArgument = "BUILDKIT_SANDBOX_HOSTNAME";
    private static readonly string[] NetworkNames = ["default", "none", "host"];
    private static readonly string[] SecurityModes = ["sandbox", "insecure"];

    public static void Lower(RunInstruction run, InstructionScope scope)
    {
        if (run.Mounts.Count > MostMounts)
        {
            scope.Error("BLD2219", $"RUN has more than {MostMounts} mounts", run.Keyword.Span);
            return;
        }

        var mountLowering = new MountLowering(scope);
        List<ExecMount?> mounts = [.. run.Mounts.Select(mountLowering.Lower)];
        NetworkMode? network = ReadNetwork(run, scope);
        bool? insecure = ReadSecurity(run, scope);
        bool devicesOk = run.Devices.Count == 0 || run.Devices.All(device => DeviceValue.Check(device, scope));
        if (mounts.Contains(null) || network is null || insecure is null || !devicesOk) return;
        (EquatableArray<string> arguments, ScriptExecMount? script) = ReadCommand(run, scope);
        if (script is not null) mounts.Insert(0, script);

        scope.Context.Budget.Spend(scope.State.Environment.Size + ArgumentSize(scope));
        if (scope.Context.Budget.IsExhausted) return;
        var operation = new ExecOperation
        {
            Arguments = arguments,
            Environment = scope.State.Environment.Pairs,
            ProxyEnvironment = scope.Context.ProxyEnvironment,
            WorkingDirectory = scope.State.WorkingDirectory,
            User = scope.State.Config.User ?? "",
            Network = network.Value,
            Insecure = insecure.Value,
            Mounts = new([.. mounts.OfType<ExecMount>()]),
            ExtraHosts = scope.Context.Request.ExtraHosts,
            Hostname = scope.Context.Request.BuildArguments.GetValueOrDefault(HostnameArgument, ""),
        };
        string createdBy = $"RUN {ArgumentPrefix(scope)}{string.Join(' ', arguments)} # buildkit";
        scope.CommitStep(operation, mountLowering.Inputs, Label(run, scope), createdBy);
    }

    /// <summary><c>|2 A=1 B=2 </c>: the ARGs of the stage with the values commands see.</summary>
    private static string ArgumentPrefix(InstructionScope scope)
    {
        OrderedDictionary<string, string?> arguments = scope.State.Arguments;
        if (arguments.Count == 0) return "";
        EnvironmentList environment = scope.State.Environment;
        IEnumerable<string> pairs = arguments.Select(argument => $"{argument.Key}={environment.Find(argument.Key) ?? argument.Value}");
        return $"|{arguments.Count} {string.Join(' ', pairs)} ";
    }

    // Counted before the text is made.
    private static long ArgumentSize(InstructionScope scope) => scope.State.Arguments.Sum(argument =>
        argument.Key.Length + (scope.State.Environment.Find(argument.Key) ?? argument.Value ?? "").Length + 2L);

    private static (EquatableArray<string> Arguments, ScriptExecMount? Script) ReadCommand(RunInstruction run, InstructionScope scope)
    {
        if (run.Command is not ShellCommand shell || run.Heredocs.Count == 0) return (scope.WithShell(run.Command), null);
        Heredoc first = run.Heredocs[0];
        if (run.Heredocs.Count == 1 && StandsAlone(first, shell, scope))
        {
            // The body is the script itself, so that it works for shells that know no here-documents.
            if (!first.Content.StartsWith("#!", StringComparison.Ordinal)) return (new([.. scope.State.Shell, first.Content]), null);
            string path = ScriptDirectory + first.Name;
            return (new([.. scope.State.Shell, path]), new ScriptExecMount(path, first.Content));
        }

        // The shell does the work: it gets the line with bodies and terminators as they were written.
        IEnumerable<string> bodies = run.Heredocs.Select(heredoc => "\n" + BodyOf(heredoc, scope) + heredoc.Name);
        return (new([.. scope.State.Shell, shell.Text + string.Concat(bodies)]), null);
    }

    private static bool StandsAlone(Heredoc heredoc, ShellCommand shell, InstructionScope scope) =>
        shell.Text.Trim() == scope.Planned.Text.TextOf(heredoc.Span);

    private static string BodyOf(Heredoc heredoc, InstructionScope scope) => heredoc.StripTabs
        ? scope.Planned.Text.TextOf(heredoc.ContentSpan).Replace("\r\n", "\n", StringComparison.Ordinal)
        : heredoc.Content;

    private static string Label(RunInstruction run, InstructionScope scope)
    {
        string text = scope.LabelText();
        if (run.Heredocs.Count != 1 || run.Command is not ShellCommand shell || !StandsAlone(run.Heredocs[0], shell, scope)) return text;
        string[] lines = run.Heredocs[0].Content.Trim().Split('\n');
        return $"{text} ({lines[0].TrimEnd('\r')}{(lines.Length > 1 ? "..." : "")})";
    }

    private static NetworkMode? ReadNetwork(RunInstruction run, InstructionScope scope)
    {
        if (run.Network is not { } word) return scope.Context.Request.Network;
        int index = Array.IndexOf(NetworkNames, word.Text.ToLowerInvariant());
        if (index == 0) return scope.Context.Request.Network;
        bool isGranted = scope.Context.Request.Network == NetworkMode.Host || IsGranted(Entitlement.HostNetwork, scope);
        if (index == (int)NetworkMode.Host && !isGranted)
        {
            scope.Error("BLD2215", "this build may not use the host's network by name", word.Span, "add --allow network.host (or --network host) to the command line");
            return null;
        }

        if (index > 0) return (NetworkMode)index;
        scope.Error(
            "BLD2208",
            $"'{word.Text}' is not a network",
            word.Span,
            Suggestion.Hint(word.Text, NetworkNames) ?? "write default, none or host");
        return null;
    }

    // Whether the command is to run without the sandbox's restrictions; null after an error.
    private static bool? ReadSecurity(RunInstruction run, InstructionScope scope)
    {
        if (run.Security is not { } word) return false;
        int index = Array.IndexOf(SecurityModes, word.Text.ToLowerInvariant());
        if (index == 0) return false;
        if (index < 0)
            scope.Error("BLD2209", $"'{word.Text}' is not a security mode", word.Span, Suggestion.Hint(word.Text, SecurityModes) ?? "write sandbox or insecure");
        else if (IsGranted(Entitlement.Insecure, scope)) return true;
        else
            scope.Error("BLD2404", "this build may not run commands with --security=insecure", word.Span, "add --allow security.insecure to the command line");
        return null;
    }

    private static bool IsGranted(Entitlement entitlement, InstructionScope scope) => scope.Context.Request.Entitlements.Contains(entitlement);
}
