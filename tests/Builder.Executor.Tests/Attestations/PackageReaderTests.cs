using System.Text;
using System.Text.Json;
using Builder.Executor.Attestations.Packages;

namespace Builder.Executor.Tests.Attestations;

public class PackageReaderTests
{
    private static readonly Distribution Debian = new("debian", "12");

    [Fact]
    public void Dpkg_lists_what_is_installed_and_not_what_was_removed() => Assert.Equal(
        ["pkg:deb/debian/libstdc%2B%2B6@12.2.0-14%2Bdeb12u1?arch=amd64&distro=debian-12"],
        Urls(SystemPackages.Dpkg(
            new StringReader("Package: libstdc++6\nStatus: install ok installed\nArchitecture: amd64\nVersion: 12.2.0-14+deb12u1\nDescription: a\n Version: 9\n\nPackage: gone\nStatus: deinstall ok config-files\nVersion: 1\n"),
            "/x", Debian)));

    [Fact]
    public void Distroless_images_have_paragraphs_without_a_status() => Assert.Equal(
        ["pkg:deb/debian/tzdata@2024a?arch=all&distro=debian-12"],
        Urls(SystemPackages.Dpkg(new StringReader("Package: tzdata\nVersion: 2024a\nArchitecture: all\n"), "/x", Debian)));

    [Fact]
    public void Apk_tells_the_licence_too()
    {
        Package package = Assert.Single(SystemPackages.Apk(new StringReader("C:Q1x=\nP:musl\nV:1.2.4-r2\nA:x86_64\nL:MIT\nF:lib\n\n"), "/x", new Distribution("alpine", "3.19.1")));
        Assert.Equal(("pkg:apk/alpine/musl@1.2.4-r2?arch=x86_64&distro=alpine-3.19.1", "MIT"), (package.Url, package.License));
    }

    [Fact]
    public void Npm_locks_of_both_shapes_are_read()
    {
        Assert.Equal(
            ["pkg:npm/%40a/b@1.0.0", "pkg:npm/c@2.0.0"],
            Urls(LanguagePackages.Npm(Json("""{"packages":{"":{"version":"9"},"node_modules/@a/b":{"version":"1.0.0"},"node_modules/@a/b/node_modules/c":{"version":"2.0.0"},"lib":{"version":"3"}}}"""), "/x")));
        Assert.Equal(
            ["pkg:npm/a@1.0.0", "pkg:npm/b@2.0.0"],
            Urls(LanguagePackages.Npm(Json("""{"dependencies":{"a":{"version":"1.0.0","dependencies":{"b":{"version":"2.0.0"}}},"odd":7}}"""), "/x")));
    }

    [Fact]
    public void Malformed_json_is_an_error_of_its_file() => Assert.ThrowsAny<JsonException>(() => Urls(LanguagePackages.Npm(Json("{"), "/x")));

    [Fact]
    public void Python_names_are_normalised_and_only_what_is_pinned_has_a_version()
    {
        Assert.Equal(["pkg:pypi/ruamel-yaml@0.18"], Urls(LanguagePackages.PythonMetadata(new StringReader("Metadata-Version: 2.1\nName: Ruamel_yaml\nVersion: 0.18\n\nName: other\n"), "/x")));
        Assert.Equal(
            ["pkg:pypi/requests@2.31.0", "pkg:pypi/uvicorn@1.0"],
            Urls(LanguagePackages.Requirements(new StringReader("# c\nrequests==2.31.0 ; python_version > '3'\nflask>=2\nuvicorn[standard] == 1.0\n-r other.txt\n"), "/x")));
    }

    [Fact]
    public void Go_requires_alone_and_in_blocks() => Assert.Equal(
        ["pkg:golang/github.com/a/b@v1.0.0", "pkg:golang/golang.org/x/sys@v0.1.0"],
        Urls(LanguagePackages.GoModule(new StringReader("module m\ngo 1.22\nrequire github.com/a/b v1.0.0\nrequire (\n\tgolang.org/x/sys v0.1.0 // indirect\n)\nreplace (\n\ta v1 => b v2\n)\n"), "/x")));

    [Fact]
    public void Cargo_and_dotnet_name_their_packages()
    {
        Assert.Equal(
            ["pkg:cargo/serde@1.0.1"],
            Urls(LockFiles.Toml(new StringReader("version = 3\n\n[[package]]\nname = \"serde\"\nversion = \"1.0.1\"\nsource = \"registry\"\n\n[metadata]\nname = \"no\"\nversion = \"0\"\n"), "/x", PackageMaker.Cargo)));
        Assert.Equal(
            ["pkg:nuget/Serilog@3.1.1"],
            Urls(LanguagePackages.DotNet(Json("""{"libraries":{"App/1.0.0":{"type":"project"},"Serilog/3.1.1":{"type":"package"}}}"""), "/x")));
    }

    private static string[] Urls(IEnumerable<Package> packages) => [.. packages.Select(package => package.Url)];

    private static MemoryStream Json(string text) => new(Encoding.UTF8.GetBytes(text));
}
