using System.Text;
using Builder.Linux.Files;
using Builder.Linux.Identity;
using Builder.Linux.Tests.Files;

namespace Builder.Linux.Tests.Identity;

public sealed class AccountFileTests : IDisposable
{
    private const int Largest = 10 << 20;

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Lines_are_split_into_fields_and_what_is_no_entry_is_left_out()
    {
        byte[] content = Encoding.UTF8.GetBytes("root:x:0:0::/:/bin/sh\r\n\n# no one\nshort\na:b:c:d:e:f:g:h:i\nlast:x:1");
        Assert.Equal(["root|x|0|0||/|/bin/sh", "short", "a|b|c|d|e|f|g|h:i", "last|x|1"], AccountFile.Lines(content).Select(fields => string.Join('|', fields)));
        Assert.Empty(AccountFile.Lines([]));
    }

    [Fact]
    public void A_file_of_the_largest_size_is_read_and_a_larger_one_refused()
    {
        File.WriteAllBytes(_directory["passwd"], new byte[Largest]);
        Assert.Equal(Largest, AccountFile.Read(_directory.Handle, "passwd").Length);
        File.WriteAllBytes(_directory["passwd"], new byte[Largest + 1]);
        Assert.Equal("is larger than 10 MiB", Assert.Throws<AccountFileException>(() => AccountFile.Read(_directory.Handle, "passwd")).Message);
    }

    [Fact]
    public void What_is_missing_is_empty_and_what_is_no_file_refused()
    {
        Directory.CreateDirectory(_directory["directory"]);
        _directory.Handle.MakeNode("pipe"u8, FileType.Fifo, 0x1A4);
        File.CreateSymbolicLink(_directory["circle"], "circle");
        File.CreateSymbolicLink(_directory["away"], "/etc/passwd");
        Assert.Empty(AccountFile.Read(_directory.Handle, "none"));
        Assert.Empty(AccountFile.Read(_directory.Handle, "away"));
        foreach (string name in (string[])["directory", "pipe", "circle"])
            Assert.Equal("is not a file", Assert.Throws<AccountFileException>(() => AccountFile.Read(_directory.Handle, name)).Message);
    }
}
