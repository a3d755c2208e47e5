using Builder.Executor.Copying;
using Builder.Executor.Tests.Trees;
using Builder.Linux.Files;

namespace Builder.Executor.Tests.Copying;

public sealed class FileOwnerTests : IDisposable
{
    private readonly TestTree _root = new TestTree().With("etc/", "etc/passwd=app:x:1000:1001:::", "etc/group=staff:x:50:");

    [Theory]
    [InlineData("", 0, 0)]
    [InlineData("1000", 1000, 1000)]
    [InlineData("4711", 4711, 4711)]
    [InlineData("1000:50", 1000, 50)]
    [InlineData("app", 1000, 1001)]
    [InlineData("app:staff", 1000, 50)]
    [InlineData("4711:staff", 4711, 50)]
    [InlineData(":50", 0, 50)]
    [InlineData(":staff", 0, 50)]
    [InlineData("app:", 1000, 1001)]
    [InlineData(":", 0, 0)]
    public void What_WORKDIR_makes_belongs_to_the_user_and_to_a_group_of_the_same_number_when_it_is_one(string user, int uid, int gid) =>
        Assert.Equal(new FileOwner(uid, gid), FileOwner.ParseUser(user, Load));

    [Theory]
    [InlineData("nobody", "the user 'nobody' is not in /etc/passwd of the image")]
    [InlineData("app:none", "the group 'none' is not in /etc/group of the image")]
    [InlineData("1:2:3", "USER '1:2:3' is not of the form user[:group]")]
    public void A_name_that_the_image_lacks_is_an_error(string user, string message) =>
        Assert.Equal(message, Assert.Throws<OperationException>(() => FileOwner.ParseUser(user, Load)).Message);

    public void Dispose() => _root.Dispose();

    private AccountDatabase Load()
    {
        using DirectoryHandle root = _root.Open();
        return AccountDatabase.Load(root);
    }
}
