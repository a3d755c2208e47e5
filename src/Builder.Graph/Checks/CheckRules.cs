using System.Collections.Frozen;
using System.Collections.Immutable;
using Builder.Graph.Checks.Rules;

namespace Builder.Graph.Checks;

/// <summary>The table of all checks.</summary>
public static class CheckRules
{
    /// <summary>All checks: BuildKit's in the order of its documentation, then this program's own.</summary>
    public static ImmutableArray<CheckRule> All { get; } =
    [
        StageNameCasing.Rule,
        FromAsCasing.Rule,
        NoEmptyContinuation.Rule,
        ConsistentInstructionCasing.Rule,
        DuplicateStageName.Rule,
        ReservedStageName.Rule,
        JSONArgsRecommended.Rule,
        MaintainerDeprecated.Rule,
        UndefinedArgInFrom.Rule,
        WorkdirRelativePath.Rule,
        UndefinedVar.Rule,
        MultipleInstructionsDisallowed.Rule,
        LegacyKeyValueFormat.Rule,
        RedundantTargetPlatform.Rule,
        SecretsUsedInArgOrEnv.Rule,
        InvalidDefaultArgInFrom.Rule,
        FromPlatformFlagConstDisallowed.Rule,
        CopyIgnoredFile.Rule,
        InvalidDefinitionDescription.Rule,
        ExposeProtoCasing.Rule,
        ExposeInvalidFormat.Rule,
        InvalidBaseImagePlatform.Rule,
        UntaggedBaseImage.Rule,
        LastUserRoot.Rule,
        AddInsteadOfCopy.Rule,
        RelativeCopyDestination.Rule,
        SecretValueInArgOrEnv.Rule,
        ShellSecret.Rule,
        ShellCdInRun.Rule,
        ShellSudo.Rule,
        ShellApt.Rule,
        ShellAptGetWithoutYes.Rule,
        ShellAptGetRecommends.Rule,
        ShellAptListsLeft.Rule,
        ShellUnpinned.Apt,
        ShellUnpinned.Apk,
        ShellUnpinned.Pip,
        ShellUnpinned.Npm,
        ShellUnpinned.Gem,
        ShellPipeWithoutPipefail.Rule,
        ShellPipeToShell.Rule,
        ShellHugeUid.Rule,
    ];

    private static readonly FrozenDictionary<string, CheckRule> ByName = All.ToFrozenDictionary(rule => rule.Name, StringComparer.Ordinal);

    /// <summary>The check of a name, or null.</summary>
    public static CheckRule? Find(string name) => ByName.GetValueOrDefault(name);
}
