using System.CommandLine;
using Builder.Cli.CommandLine;
using Builder.Cli.Hosting;
using Builder.Cli.Terminals;
using Builder.Oci;

namespace Builder.Cli.Machine;

/// <summary>Prints the version.</summary>
internal static class VersionCommand
{
    /// <summary>The version of this build.</summary>
    public static string Version { get; } = ReadVersion();

    /// <summary>Prints it.</summary>
    public static ExitCode Run(Terminal terminal)
    {
        terminal.Out.Write($"builder version {Version} ({Platform.Current})\n");
        return ExitCode.Success;
    }

    private static string ReadVersion()
    {
        Version? version = typeof(VersionCommand).Assembly.GetName().Version;
        return version is null ? "unknown" : version.ToString(3);
    }
}

/// <summary>The flags of <c>version</c>: none.</summary>
internal sealed class VersionGrammar : CommandGrammar
{
    /// <summary>For <c>--version</c>.</summary>
    public static BoundCommand Short { get; } = new((context, _) => Task.FromResult(VersionCommand.Run(context.Terminal)));

    /// <inheritdoc/>
    public override void Declare(Command command)
    {
        // No flags, no operands.
    }

    /// <inheritdoc/>
    public override BoundCommand Bind(ParseResult parsed, HostEnvironment environment) => Short;
}
