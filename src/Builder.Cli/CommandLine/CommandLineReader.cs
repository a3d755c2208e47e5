using System.CommandLine;
using System.CommandLine.Help;
using Builder.Cli.Hosting;
using Builder.Parser.Diagnostics;

namespace Builder.Cli.CommandLine;

/// <summary>Finds the command, reads its flags, and prints help.</summary>
internal sealed class CommandLineReader(IReadOnlyList<CommandEntry> table)
{
    private const string ProgramName = "builder";

    // Docker's names of groups, so that its long spellings work.
    private static readonly Dictionary<string, string> Groups = new(StringComparer.Ordinal)
    {
        ["image"] = "Manage images",
        ["container"] = "Manage containers",
        ["buildx"] = "Build images",
        ["builder"] = "Build images",
        ["cache"] = "Explain, list and prune the build cache",
        ["manifest"] = "Put images of several platforms together",
        ["store"] = "Verify the store",
        ["system"] = "Show what the machine can do, and what takes room",
    };

    /// <summary>Reads a command line.</summary>
    /// <param name="arguments">Without the program's name.</param>
    /// <param name="environment">For defaults.</param>
    /// <exception cref="CommandException">It is wrong.</exception>
    public ReadCommandLine Read(IReadOnlyList<string> arguments, HostEnvironment environment)
    {
        var globals = new GlobalFlags();
        if (arguments is ["-h"]) arguments = ["--help"];
        if (arguments is ["-v"]) arguments = ["--version"];
        if (arguments.Count > 0 && arguments[0] == "help") arguments = [.. arguments.Skip(1), "--help"];
        if (arguments.Count == 2 && arguments[1] == "help" && Groups.ContainsKey(arguments[0])) arguments = [arguments[0], "--help"];
        int start = LeadingFlags(arguments, globals);
        IReadOnlyList<string> leading = FlagTokens.Rewrite([.. arguments.Take(start)], globals.All, stopAtFirstOperand: false);
        (CommandEntry? entry, string name, int consumed) = Find([.. arguments.Skip(start)]);
        if (entry is null) return NoCommand(name, leading, globals);

        CommandGrammar grammar = entry.CreateGrammar();
        var command = new Command(name.Split(' ')[^1], entry.Description);
        foreach (Option option in globals.OfCommands) command.Add(option);
        grammar.Declare(command);
        if (!command.Options.Any(o => o.Aliases.Contains("-h"))) globals.Help.Aliases.Add("-h");
        IReadOnlyList<string> tokens =
            FlagTokens.Rewrite([.. arguments.Skip(start + consumed)], command.Options, grammar.StopsAtFirstOperand);
        RootCommand root = Tree(name, command);
        var configuration = new ParserConfiguration { EnablePosixBundling = false, ResponseFileTokenReplacer = null };
        // The last flag wins, so those before the command come first.
        ParseResult parsed = root.Parse([.. PathOf(name), .. leading.Where(t => t != "--"), .. tokens], configuration);
        if (parsed.GetValue(globals.Help)) return new ReadCommandLine(null, null, globals.RootOf(parsed), writer => WriteHelp(parsed, writer));
        if (parsed.Errors.Count > 0) throw WrongOperands(name, command, parsed);
        return new ReadCommandLine(entry, Bind(entry, grammar, parsed, environment), globals.RootOf(parsed), null) { IsOffline = parsed.GetValue(globals.Offline) };
    }

    // What has a code of its own for its failures has it for arguments without sense, too.
    private static BoundCommand Bind(CommandEntry entry, CommandGrammar grammar, ParseResult parsed, HostEnvironment environment)
    {
        try
        {
            return grammar.Bind(parsed, environment);
        }
        catch (CommandException e) when (e.ExitCode is null)
        {
            throw new CommandException(e.Message, entry.FailureCode, e.Hint, e);
        }
    }

    private static CommandException WrongOperands(string name, Command command, ParseResult parsed)
    {
        string usage = $"see '{ProgramName} {name} --help'";
        int required = command.Arguments.Sum(a => a.Arity.MinimumNumberOfValues);
        int given = parsed.Tokens.SkipWhile(t => t.Value != "--").Skip(1).Count();
        if (given < required)
            return new CommandException($"'{ProgramName} {name}' requires {(required == 1 ? "an argument" : $"{required} arguments")}", ExitCode.Failure, usage);
        int allowed = command.Arguments.Max(a => (int?)a.Arity.MaximumNumberOfValues) ?? 0;
        if (given > allowed)
            return new CommandException($"'{ProgramName} {name}' accepts {(allowed == 0 ? "no arguments" : $"at most {Count(allowed)}")}", ExitCode.Failure, usage);
        return CommandException.Usage(parsed.Errors[0].Message, usage);
    }

    private static string Count(int arguments) => arguments == 1 ? "1 argument" : $"{arguments} arguments";

    // Flags in front of the command's name; those with a value take it along.
    private static int LeadingFlags(IReadOnlyList<string> arguments, GlobalFlags globals)
    {
        int i = 0;
        while (i < arguments.Count && arguments[i].StartsWith('-'))
        {
            bool takesValue = globals.All.Any(o => o.Arity.MinimumNumberOfValues > 0 && (o.Name == arguments[i] || o.Aliases.Contains(arguments[i])));
            i += takesValue ? 2 : 1;
        }

        return Math.Min(i, arguments.Count);
    }

    // To the parser the program's own name is the root, which a group can't be called like.
    private static string[] PathOf(string name) => name.Split(' ') is [ProgramName, .. { Length: > 0 } rest] ? rest : name.Split(' ');

    private static RootCommand Tree(string name, Command command)
    {
        RootCommand root = EmptyRoot();
        Command parent = root;
        foreach (string group in PathOf(name)[..^1])
        {
            var child = new Command(group);
            parent.Add(child);
            parent = child;
        }

        parent.Add(command);
        return root;
    }

    private static RootCommand EmptyRoot()
    {
        var root = new RootCommand("Builds container images from Dockerfiles, without a daemon and without root, and runs them.");
        root.Options.Clear();
        return root;
    }

    private static void WriteHelp(ParseResult parsed, TextWriter writer)
    {
        parsed.InvocationConfiguration.Output = writer;
        new HelpAction().Invoke(parsed);
    }

    private (CommandEntry? Entry, string Name, int Consumed) Find(IReadOnlyList<string> arguments)
    {
        if (arguments.Count == 0) return (null, "", 0);
        if (Groups.ContainsKey(arguments[0]) && arguments.Count > 1 && !arguments[1].StartsWith('-'))
        {
            string two = $"{arguments[0]} {arguments[1]}";
            return (table.FirstOrDefault(e => e.Names.Contains(two)), two, 2);
        }

        return (table.FirstOrDefault(e => e.Names.Contains(arguments[0])), arguments[0], 1);
    }

    private ReadCommandLine NoCommand(string name, IReadOnlyList<string> leading, GlobalFlags globals)
    {
        if (name.Length == 0 || Groups.ContainsKey(name))
        {
            RootCommand root = EmptyRoot();
            foreach (Option option in globals.All) root.Add(option);
            ParseResult parsed = root.Parse([.. leading.Where(t => t != "--")]);
            if (parsed.GetValue(globals.Version))
            {
                CommandEntry version = table.First(e => e.Name == "version");
                return new ReadCommandLine(version, Machine.VersionGrammar.Short, null, null);
            }

            foreach ((string shown, string description) in HelpEntries(name)) root.Add(new Command(shown, description));
            return new ReadCommandLine(null, null, null, writer => WriteHelp(root.Parse([]), writer));
        }

        string group = name[..(name.LastIndexOf(' ') + 1)];
        IEnumerable<string> candidates = table.Where(e => !e.Hidden).SelectMany(e => e.Names)
            .Where(n => n.StartsWith(group, StringComparison.Ordinal) && n.LastIndexOf(' ') == group.Length - 1).Select(n => n[group.Length..]);
        string? near = Suggestion.Nearest(name[group.Length..], candidates) is { } word ? group + word : null;
        throw new CommandException(
            $"'{name}' is not a {ProgramName} command", ExitCode.Failure, near is null ? $"see '{ProgramName} --help'" : $"did you mean '{ProgramName} {near}'?");
    }

    // Of the program: the commands, then the groups whose commands have no shorter spelling.
    private IEnumerable<(string Name, string Description)> HelpEntries(string wanted)
    {
        IEnumerable<CommandEntry> visible = table.Where(e => !e.Hidden);
        if (wanted.Length > 0)
        {
            return from entry in visible
                   let name = entry.Names.FirstOrDefault(n => n.StartsWith(wanted + " ", StringComparison.Ordinal))
                   where name is not null
                   select (name[(wanted.Length + 1)..], entry.Description);
        }

        ILookup<bool, CommandEntry> byGroup = visible.ToLookup(e => e.Name.Contains(' ', StringComparison.Ordinal));
        return byGroup[false].Select(e => (e.Name, e.Description))
            .Concat(byGroup[true].Select(e => e.Name.Split(' ')[0]).Distinct().Select(g => (g, Groups[g])));
    }

    // Flags every command has; before or behind its name.
    private sealed class GlobalFlags
    {
        public Option<string?> Root { get; } = Flags.Text("--root", "Directory of the image store (BUILDER_ROOT)", valueName: "dir");

        public Option<bool> Offline { get; } = Flags.Switch("--offline", "Ask no registry and no server of sources (BUILDER_OFFLINE)");

        public Option<bool> Help { get; } = Flags.Switch("--help", "Print usage");

        public Option<bool> Version { get; } = Flags.Switch("--version", "Print the version");

        public IReadOnlyList<Option> OfCommands => [Root, Offline, Help];

        public IReadOnlyList<Option> All => [Root, Offline, Help, Version];

        public string? RootOf(ParseResult parsed) => parsed.GetValue(Root);
    }
}

/// <summary>What a command line asks for.</summary>
/// <param name="Entry">The command, or null for help.</param>
/// <param name="Command">The same with its arguments.</param>
/// <param name="Root">The value of <c>--root</c>.</param>
/// <param name="WriteHelp">Prints help, when that is asked for.</param>
internal sealed record ReadCommandLine(CommandEntry? Entry, BoundCommand? Command, string? Root, Action<TextWriter>? WriteHelp)
{
    /// <summary>Whether <c>--offline</c> was given.</summary>
    public bool IsOffline { get; init; }
}
