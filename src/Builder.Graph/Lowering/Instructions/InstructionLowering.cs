using Builder.Parser.Syntax;

namespace Builder.Graph.Lowering.Instructions;

/// <summary>Sends an instruction to what knows its meaning.</summary>
internal static class InstructionLowering
{
    public static void Lower(InstructionScope scope)
    {
        switch (scope.Planned.Instruction)
        {
            case RunInstruction run:
                RunLowering.Lower(run, scope);
                break;
            case CopyInstruction copy:
                CopyLowering.Lower(copy, scope);
                break;
            case WorkdirInstruction workdir:
                WorkdirLowering.Lower(workdir, scope);
                break;
            case EnvInstruction env:
                EnvLowering.Lower(env, scope);
                break;
            case ArgInstruction arg:
                ArgLowering.Lower(arg, scope);
                break;
            case LabelInstruction label:
                LabelLowering.Lower(label, scope);
                break;
            case UserInstruction user:
                UserLowering.Lower(user, scope);
                break;
            case ExposeInstruction expose:
                ExposeLowering.Lower(expose, scope);
                break;
            case VolumeInstruction volume:
                VolumeLowering.Lower(volume, scope);
                break;
            case CmdInstruction cmd:
                CmdLowering.Lower(cmd, scope);
                break;
            case EntrypointInstruction entrypoint:
                EntrypointLowering.Lower(entrypoint, scope);
                break;
            case ShellInstruction shell:
                ShellLowering.Lower(shell, scope);
                break;
            case StopSignalInstruction signal:
                StopSignalLowering.Lower(signal, scope);
                break;
            case HealthcheckInstruction healthcheck:
                HealthcheckLowering.Lower(healthcheck, scope);
                break;
            case MaintainerInstruction maintainer:
                MaintainerLowering.Lower(maintainer, scope);
                break;
            case OnbuildInstruction onbuild:
                OnbuildLowering.Lower(onbuild, scope);
                break;
            default:
                throw new InvalidOperationException($"{scope.Planned.Instruction.GetType().Name} can't stand in a stage");
        }
    }
}
