using System.Globalization;
using Builder.Executor.Sources;
using Builder.Executor.Steps;

namespace Builder.Cli.Hosting;

/// <summary>What fetching may use, from the environment.</summary>
internal static class SourceSettingsReader
{
    private const string MaxDownload = "BUILDER_MAX_DOWNLOAD";
    private const string IdleTimeout = "BUILDER_DOWNLOAD_TIMEOUT";

    /// <summary>The settings; <c>BUILDER_MAX_DOWNLOAD</c> (bytes) and <c>BUILDER_DOWNLOAD_TIMEOUT</c> (seconds of silence) change the limits.</summary>
    /// <param name="environment">The environment.</param>
    /// <param name="steps">Secrets and SSH keys of the build.</param>
    /// <exception cref="CommandException">One is no number.</exception>
    public static SourceSettings Read(HostEnvironment environment, StepOptions steps)
    {
        var settings = new SourceSettings { Environment = environment.Variables, Secret = steps.SecretText, SshKeys = steps.SshAgents.GetValueOrDefault("default") };
        if (Number(environment, MaxDownload) is { } bytes) settings = settings with { MaxDownload = bytes };
        if (Number(environment, IdleTimeout) is { } seconds) settings = settings with { IdleTimeout = TimeSpan.FromSeconds(Math.Min(seconds, 86400)) };
        return settings;
    }

    private static long? Number(HostEnvironment environment, string name)
    {
        if (environment.Variable(name) is not { } text) return null;
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) && number > 0
            ? number
            : throw CommandException.Usage($"{name} is \"{text}\": expected a number from 1");
    }
}
