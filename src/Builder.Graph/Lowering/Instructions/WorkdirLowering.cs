using System.Text;
using Builder.Graph.Checks.Rules;
using Builder.Graph.Lowering.Values;
using Builder.Graph.Operations;
using Builder.Parser.Syntax;

namespace Builder.Graph.Lowering.Instructions;

/// <summary>WORKDIR: joins a relative path to the one before; makes a layer unless it is the root.</summary>
internal static class WorkdirLowering
{
    /// <summary>Longest path that Linux takes, its closing zero counted.</summary>
    private const int MaxPathBytes = 4096;

    public static void Lower(WorkdirInstruction workdir, InstructionScope scope)
    {
        if (scope.Expand(workdir.Path) is not { } path) return;
        if (!scope.State.WorkingDirectorySet && !path.StartsWith('/') && !MayBeAbsolute(workdir, scope))
            scope.Notice(
                WorkdirRelativePath.Rule,
                $"'{path}' is relative, and what to depends on the base image",
                workdir.Path.Span,
                "begin with an absolute WORKDIR");
        scope.State.WorkingDirectorySet = true;
        string directory = ContainerPath.Resolve(scope.State.WorkingDirectory, path);
        if (directory.Length >= MaxPathBytes || Encoding.UTF8.GetByteCount(directory) >= MaxPathBytes)
        {
            scope.Error("BLD2216", $"the working directory has more than {MaxPathBytes - 1} bytes, the longest path there can be", workdir.Path.Span);
            return;
        }

        scope.State.Config = scope.State.Config with { WorkingDir = directory };
        string createdBy = "WORKDIR " + directory;
        if (directory == "/") scope.Commit(createdBy);
        else
            scope.CommitStep(
                new MakeDirectoryOperation(directory, scope.State.Config.User ?? ""), [], scope.ExpandedLabelText(), createdBy);
    }

    // A variable that the base image may set, when nobody has asked for the image.
    private static bool MayBeAbsolute(WorkdirInstruction workdir, InstructionScope scope) =>
        scope.State.BaseImage is { IsKnown: false } && workdir.Path.Text.StartsWith('$');
}
