using Builder.Cache.Layers;
using Builder.Cli.Builds;
using Builder.Oci.Compression;
using Builder.Oci.Images;

namespace Builder.Cli.Tests.Builds;

public sealed class OutputParserTests
{
    [Fact]
    public void A_bare_word_is_a_directory_and_a_dash_a_tar_on_standard_output()
    {
        Assert.Equal(new DirectoryOutput("out/dir"), OutputParser.Parse("out/dir", outputIsTerminal: false));
        Assert.Equal(new TarOutput("-"), OutputParser.Parse("-", outputIsTerminal: false));
    }

    [Fact]
    public void Types_are_read_with_their_destination()
    {
        Assert.Equal(new StoreOutput([]), Parse("type=docker"));
        Assert.Equal(new StoreOutput([]), Parse("type=image,unpack=true"));
        Assert.Equal(new CacheOnlyOutput(), Parse("type=cacheonly"));
        Assert.Equal(new ArchiveOutput(ArchiveFormat.Docker, "a.tar", []), Parse("type=docker,dest=a.tar"));
        Assert.Equal(new ArchiveOutput(ArchiveFormat.Docker, "-", []), Parse("type=docker,dest=-"));
        Assert.Equal(new ArchiveOutput(ArchiveFormat.Oci, "-", []), Parse("type=oci"));
        Assert.Equal(new ArchiveOutput(ArchiveFormat.Oci, "a=b,c.tar", []), Parse("\"dest=a=b,c.tar\",type=oci,tar=true"));
        Assert.Equal(new TarOutput("-"), Parse("type=tar"));
        Assert.Equal(new DirectoryOutput("out"), Parse("type=local,dest=out,mode=copy"));
        Assert.Equal(["a:latest", "b:1"], Assert.IsType<StoreOutput>(Parse("type=image,\"name=a,b:1\"")).Names.Select(n => n.FamiliarName));
    }

    [Theory]
    [InlineData("", "the value is empty")]
    [InlineData("type=dokcer", "unknown type 'dokcer'")]
    [InlineData("dest=x,foo", "expected key=value")]
    [InlineData("dest=x,foo=y", "type is missing")]
    [InlineData("type=local", "needs dest=DIRECTORY")]
    [InlineData("type=local,dest=-", "can't write to standard output")]
    [InlineData("type=local,dest=x,mode=delete", "mode=delete is not supported")]
    [InlineData("type=tar,dest=", "dest is empty")]
    [InlineData("type=registry,name=x,compression=lzma", "expected gzip, zstd or uncompressed")]
    [InlineData("type=registry,name=x,compression=zstd,compression-level=23", "expected a number from 0 to 22")]
    [InlineData("type=registry,name=x,oci-mediatypes=maybe", "expected true or false")]
    [InlineData("type=image,push=true,registry.insecure=true", "registry.insecure is not supported")]
    [InlineData("type=image,annotation-indices.a=b", "unknown annotation type \"indices\"")]
    [InlineData("type=oci,tar=false", "needs dest=DIRECTORY")]
    [InlineData("type=docker,tar=false,dest=-", "needs dest=DIRECTORY")]
    [InlineData("type=oci,tar=maybe,dest=d", "expected true or false")]
    [InlineData("type=docker,dest=x,compression=zstd", "layers are written uncompressed")]
    [InlineData("type=tar,dest=x,colour=red", "'colour' is not supported")]
    public void A_wrong_value_says_what_is_wrong(string text, string expected)
    {
        CommandException e = Assert.Throws<CommandException>(() => Parse(text));
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
        Assert.Equal((ExitCode?)ExitCode.Refused, e.ExitCode);
    }

    [Theory]
    [InlineData("-")]
    [InlineData("type=tar")]
    [InlineData("type=docker,dest=-")]
    [InlineData("type=oci")]
    public void No_archive_is_written_to_a_terminal(string text) =>
        Assert.Contains("refusing", Assert.Throws<CommandException>(() => OutputParser.Parse(text, outputIsTerminal: true)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_layout_can_be_a_directory()
    {
        Assert.True(Assert.IsType<ArchiveOutput>(Parse("type=oci,tar=false,dest=d")) is { IsDirectory: true, Destination: "d" });
        Assert.True(Assert.IsType<ArchiveOutput>(Parse("type=docker,tar=0,dest=d")) is { IsDirectory: true, Format: ArchiveFormat.Docker });
        Assert.False(Assert.IsType<ArchiveOutput>(Parse("type=oci,tar=true,dest=d")).IsDirectory);
    }

    [Fact]
    public void An_image_for_a_registry_can_be_had_in_several_forms()
    {
        var output = Assert.IsType<RegistryOutput>(Parse("type=image,push=true,name=a,compression=zstd,compression-level=7,force-compression=true,oci-mediatypes=false,annotation.Org.X=y=z"));
        Assert.True(output.IsStored);
        Assert.Equal(new CompressionChoice(CompressionKind.Zstd, 7, Force: true), output.Form.Compression);
        Assert.False(output.Form.OciMediaTypes);
        Assert.Equal([new ImageAnnotation(AnnotationKind.Manifest, null, "Org.X", "y=z")], output.Form.Annotations.All);
        Assert.False(Assert.IsType<RegistryOutput>(Parse("type=registry,name=a")).IsStored);
        Assert.Equal(CompressionKind.Gzip, Assert.IsType<RegistryOutput>(Parse("type=registry,name=a")).Form.Compression.Kind);
    }

    private static OutputSpec Parse(string text) => OutputParser.Parse(text, outputIsTerminal: false);
}
