namespace Builder.Sandbox.Capabilities;

/// <summary>Numbers of capabilities that something here is about: capabilities(7), linux/capability.h.</summary>
internal static class Capability
{
    public const int DacReadSearch = 2;
    public const int SysModule = 16;
    public const int SysRawIo = 17;
    public const int SysChroot = 18;
    public const int SysPtrace = 19;
    public const int SysPacct = 20;
    public const int SysAdmin = 21;
    public const int SysBoot = 22;
    public const int SysNice = 23;
    public const int SysTime = 25;
    public const int SysTtyConfig = 26;
    public const int SysLog = 34;
    public const int PerfMon = 38;
    public const int Bpf = 39;
}
