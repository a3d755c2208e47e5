using Builder.Oci.Images;
using Builder.Runtime.Containers;
using Builder.Runtime.Plans;
using Builder.Sandbox.Plans;

namespace Builder.Runtime.Tests.Plans;

public sealed class ContainerPlannerTests
{
    private static readonly string Id = new('a', 64);

    private static readonly ContainerConfig Image = new()
    {
        Entrypoint = ["/entry"],
        Cmd = ["default"],
        Env = ["PATH=/image/bin", "A=image", "B=image"],
        WorkingDir = "/srv",
        User = "app",
    };

    [Fact]
    public void Arguments_replace_the_command_and_keep_the_entrypoint()
    {
        Assert.Equal(["/entry", "default"], ContainerPlanner.Command(Image, new ContainerOptions()));
        Assert.Equal(["/entry", "x", "y"], ContainerPlanner.Command(Image, new ContainerOptions { Arguments = ["x", "y"] }));
    }

    [Fact]
    public void An_entrypoint_drops_the_images_command_and_an_empty_one_clears_it()
    {
        Assert.Equal(["sh"], ContainerPlanner.Command(Image, new ContainerOptions { Entrypoint = "sh" }));
        Assert.Equal(["sh", "-c", "x"], ContainerPlanner.Command(Image, new ContainerOptions { Entrypoint = "sh", Arguments = ["-c", "x"] }));
        Assert.Equal(["x"], ContainerPlanner.Command(Image, new ContainerOptions { Entrypoint = "", Arguments = ["x"] }));
        Assert.Throws<ContainerException>(() => ContainerPlanner.Command(Image, new ContainerOptions { Entrypoint = "" }));
        Assert.Throws<ContainerException>(() => ContainerPlanner.Command(new ContainerConfig(), new ContainerOptions()));
    }

    [Fact]
    public void Later_variables_take_the_place_of_earlier_ones()
    {
        var options = new ContainerOptions { Environment = ["A=file", "C=1", "A=flag", "HOSTNAME=own"], Terminal = true };
        Assert.Equal(
            ["PATH=/image/bin", "HOSTNAME=own", "TERM=xterm", "A=flag", "B=image", "C=1"], ContainerPlanner.Environment(Image, options, "host"));
        Assert.Equal(
            ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOSTNAME=host"],
            ContainerPlanner.Environment(new ContainerConfig(), new ContainerOptions(), "host"));
    }

    [Fact]
    public void The_plan_takes_from_the_image_what_the_caller_does_not_say()
    {
        var root = new DirectoryRoot("/tree");
        SandboxPlan plan = ContainerPlanner.Plan(Image, new ContainerOptions(), Id, root);
        Assert.Equal(("/srv", "app", "aaaaaaaaaaaa", "aaaaaaaaaaaa\n"), (plan.Process.WorkingDirectory, plan.Process.User, plan.Hostname, plan.HostnameFile));
        Assert.Same(root, plan.Root);
        Assert.False(plan.ReadOnlyRoot || plan.ReadOnlyGeneratedFiles);
        Assert.Equal("/", ContainerPlanner.Plan(new ContainerConfig { Cmd = ["x"] }, new ContainerOptions(), Id, root).Process.WorkingDirectory);

        var options = new ContainerOptions
        {
            WorkingDirectory = "/w",
            User = "0",
            Hostname = "me",
            ReadOnlyRoot = true,
            Network = SandboxNetwork.None,
            ExtraHosts = ["db=10.0.0.1"],
            SharedMemoryBytes = 1,
            Mounts = [new TmpfsMount("/t")],
        };
        plan = ContainerPlanner.Plan(Image, options, Id, root);
        Assert.Equal(("/w", "0", "me", SandboxNetwork.None, 1L), (plan.Process.WorkingDirectory, plan.Process.User, plan.Hostname, plan.Network, plan.SharedMemoryBytes));
        Assert.True(plan.ReadOnlyRoot && plan.ReadOnlyGeneratedFiles);
        Assert.Equal([new TmpfsMount("/t")], plan.Mounts);
        Assert.Contains("10.0.0.1\tdb\n", plan.Hosts, StringComparison.Ordinal);
        Assert.EndsWith("127.0.0.1\tme\n", plan.Hosts, StringComparison.Ordinal);
    }
}
