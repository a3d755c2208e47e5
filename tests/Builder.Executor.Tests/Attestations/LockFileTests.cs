using System.Text;
using Builder.Executor.Attestations.Packages;

namespace Builder.Executor.Tests.Attestations;

public class LockFileTests
{
    [Fact]
    public void Yarn_locks_of_both_shapes_name_what_was_resolved()
    {
        Assert.Equal(
            ["pkg:npm/%40a/b@1.0.0", "pkg:npm/c@2.0.0"],
            Urls(LockFiles.Yarn(new StringReader("# yarn lockfile v1\n\n\n\"@a/b@^1.0.0\", \"@a/b@^1\":\n  version \"1.0.0\"\n  resolved \"https://x\"\n  dependencies:\n    c \"^2\"\n\nc@^2:\n  version \"2.0.0\"\n"), "/x")));
        Assert.Equal(
            ["pkg:npm/%40a/b@1.0.0", "pkg:npm/real@3.0.0"],
            Urls(LockFiles.Yarn(new StringReader("__metadata:\n  version: 8\n\n\"@a/b@npm:^1.0.0, @a/b@npm:^1\":\n  version: 1.0.0\n  resolution: \"@a/b@npm:1.0.0\"\n\n\"alias@npm:real@3\":\n  version: 3.0.0\n  resolution: \"real@npm:3.0.0\"\n\n\"app@workspace:.\":\n  version: 0.0.0-use.local\n  resolution: \"app@workspace:.\"\n"), "/x")));
    }

    [Theory]
    [InlineData("lockfileVersion: 5.4\n\npackages:\n\n  /@a/b/1.0.0:\n    resolution: {integrity: x}\n  /c/2.0.0_d@1:\n    dev: true\n")]
    [InlineData("lockfileVersion: '6.0'\n\ndependencies:\n  c:\n    version: 2.0.0\npackages:\n\n  /@a/b@1.0.0:\n    resolution: {integrity: x}\n  /c@2.0.0(d@1.0.0):\n    dev: true\n")]
    [InlineData("lockfileVersion: '9.0'\n\npackages:\n\n  '@a/b@1.0.0':\n    resolution: {integrity: x}\n\n  c@2.0.0:\n    engines: {}\n\n  d@file:d:\n    x: y\n\nsnapshots:\n\n  '@a/b@1.0.0': {}\n\n  e@3.0.0: {}\n")]
    public void Pnpm_locks_of_every_version_are_read(string text) => Assert.Equal(["pkg:npm/%40a/b@1.0.0", "pkg:npm/c@2.0.0"], Urls(LockFiles.Pnpm(new StringReader(text), "/x")));

    [Fact]
    public void Gems_come_from_servers_and_repositories_and_not_from_beside_the_project() => Assert.Equal(
        ["pkg:gem/rails@7.0.4", "pkg:gem/nokogiri@1.13.9-x86_64-linux"],
        Urls(LockFiles.Bundler(new StringReader("PATH\n  remote: .\n  specs:\n    own (0.1)\n\nGEM\n  remote: https://rubygems.org/\n  specs:\n    rails (7.0.4)\n      rack (>= 2)\n    nokogiri (1.13.9-x86_64-linux)\n\nDEPENDENCIES\n  rails (= 7)\n"), "/x")));

    [Fact]
    public void Gradle_and_composer_name_groups() => Assert.Equal(
        ["pkg:maven/com.google.guava/guava@31.1-jre", "pkg:composer/symfony/console@v6.0.1", "pkg:composer/phpunit/phpunit@9.5", "pkg:composer/a/b@1"],
        [
            .. Urls(LockFiles.Gradle(new StringReader("# c: d: e\ncom.google.guava:guava:31.1-jre=compileClasspath,runtimeClasspath\nempty=annotationProcessor\n"), "/x")),
            .. Urls(LockFiles.Composer(Json("""{"packages":[{"name":"symfony/console","version":"v6.0.1"}],"packages-dev":[{"name":"phpunit/phpunit","version":"9.5"},7],"aliases":[]}"""), "/x")),
            .. Urls(LockFiles.Composer(Json("""[{"name":"a/b","version":"1"}]"""), "/x")),
        ]);

    [Fact]
    public void Locks_of_python_and_dotnet_are_read() => Assert.Equal(
        ["pkg:pypi/requests@2.31.0", "pkg:pypi/black@24.1.0", "pkg:pypi/typing-extensions@4.9.0", "pkg:nuget/Serilog@3.1.1"],
        [
            .. Urls(LockFiles.Pipenv(Json("""{"_meta":{"hash":{"sha256":"x"}},"default":{"requests":{"version":"==2.31.0"},"own":{"path":"."}},"develop":{"black":{"version":"==24.1.0"}}}"""), "/x")),
            .. Urls(LockFiles.Toml(new StringReader("[[package]]\nname = \"typing_extensions\"\nversion = \"4.9.0\"\n\n[package.dependencies]\nname = \"no\"\nversion = \"0\"\n"), "/x", PackageMaker.Python)),
            .. Urls(LockFiles.NuGet(Json("""{"version":1,"dependencies":{"net8.0":{"Serilog":{"type":"Direct","resolved":"3.1.1"},"own":{"type":"Project"}}}}"""), "/x")),
        ]);

    [Theory]
    [InlineData("[]")]
    [InlineData("7")]
    [InlineData("{\"dependencies\":7,\"packages\":{},\"default\":[]}")]
    public void Json_of_another_shape_lists_nothing(string json)
    {
        Assert.Empty(LockFiles.Composer(Json(json), "/x"));
        Assert.Empty(LockFiles.Pipenv(Json(json), "/x"));
        Assert.Empty(LockFiles.NuGet(Json(json), "/x"));
    }

    private static string[] Urls(IEnumerable<Package> packages) => [.. packages.Select(package => package.Url)];

    private static MemoryStream Json(string text) => new(Encoding.UTF8.GetBytes(text));
}
