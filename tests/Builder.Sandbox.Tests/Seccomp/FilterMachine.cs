namespace Builder.Sandbox.Tests.Seccomp;

/// <summary>Runs a program of the kernel's packet filter on one system call, as seccomp(2) does: linux/filter.h, linux/seccomp.h.</summary>
internal static class FilterMachine
{
    /// <summary>The value the program returns.</summary>
    public static uint Run(byte[] program, uint architecture, uint number, params ulong[] arguments)
    {
        byte[] data = new byte[64];
        BitConverter.TryWriteBytes(data, number);
        BitConverter.TryWriteBytes(data.AsSpan(4), architecture);
        for (int i = 0; i < arguments.Length; i++) BitConverter.TryWriteBytes(data.AsSpan(16 + (8 * i)), arguments[i]);
        uint accumulator = 0;
        for (int at = 0; ;)
        {
            ReadOnlySpan<byte> instruction = program.AsSpan(at++ * 8, 8);
            ushort code = BitConverter.ToUInt16(instruction);
            uint operand = BitConverter.ToUInt32(instruction[4..]);
            switch (code)
            {
                case 0x20:
                    accumulator = BitConverter.ToUInt32(data, (int)operand);
                    break;
                case 0x54:
                    accumulator &= operand;
                    break;
                case 0x05:
                    at += (int)operand;
                    break;
                case 0x06:
                    return operand;
                case 0x15 or 0x25 or 0x35 or 0x45:
                    bool holds = code switch
                    {
                        0x15 => accumulator == operand,
                        0x25 => accumulator > operand,
                        0x35 => accumulator >= operand,
                        _ => (accumulator & operand) != 0,
                    };
                    at += holds ? instruction[2] : instruction[3];
                    break;
                default:
                    throw new InvalidOperationException($"instruction 0x{code:x4} is not known here");
            }
        }
    }
}
