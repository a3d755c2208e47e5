using System.Net;
using System.Text;
using Builder.Oci;
using Builder.Oci.Images;
using Builder.Registry.Tests.Servers;

namespace Builder.Registry.Tests;

/// <summary>What a registry has: tags page by page, and repositories by the search that docker's own registry has or by the catalogue.</summary>
public sealed class ListingTests
{
    private static readonly RegistryOptions Fast = new() { RetryDelay = TimeSpan.FromMilliseconds(1), IdleTimeout = TimeSpan.FromSeconds(10) };

    [Fact]
    public async Task Tags_are_read_page_by_page()
    {
        using var registry = new FakeRegistry((request, response) => request.Url!.Query.Contains("last=", StringComparison.Ordinal)
            ? SendAsync(response, """{"name":"a/b","tags":["v2"]}""")
            : SendAsync(response, """{"name":"a/b","tags":["latest","v1"]}""", "</v2/a/b/tags/list?last=v1&n=2>; rel=\"next\""));
        Assert.Equal(["latest", "v1", "v2"], (await ListAsync(registry)).Select(name => name.Tag));
    }

    [Theory]
    [InlineData("""{"tags":null}""")]
    [InlineData("""{"tags":[]}""")]
    public async Task A_repository_may_have_none(string answer)
    {
        using var registry = new FakeRegistry((_, response) => SendAsync(response, answer));
        Assert.Empty(await ListAsync(registry));
    }

    [Theory]
    [InlineData("""{"tags":["../../x"]}""", "it lists '../../x', which is no tag")]
    [InlineData("""{"tags":["v1@sha256:0000000000000000000000000000000000000000000000000000000000000000"]}""", "which is no tag")]
    [InlineData("""{"tags":[1]}""", "no such list")]
    [InlineData("[]", "no such list")]
    public async Task What_is_no_tag_is_refused(string answer, string reason)
    {
        using var registry = new FakeRegistry((_, response) => SendAsync(response, answer));
        ImageSourceException error = await Assert.ThrowsAsync<ImageSourceException>(() => ListAsync(registry));
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_list_without_an_end_is_left_at_a_bound()
    {
        using var registry = new FakeRegistry((request, response) =>
            SendAsync(response, """{"tags":["v"]}""", $"</v2/a/b/tags/list?n=1&last={request.Url!.Query.Length}{Guid.NewGuid():N}>; rel=\"next\""));
        Assert.Equal(200, (await ListAsync(registry)).Count);
    }

    [Fact]
    public async Task The_search_of_dockers_registry_is_asked_first()
    {
        using var registry = new FakeRegistry((request, response) => request.Url!.AbsolutePath == "/v1/search"
            ? SendAsync(response, """{"num_results":2,"results":[{"name":"busy\u001bbox","description":"small","star_count":7,"is_official":true,"is_automated":false},{"name":"x/busy"}]}""")
            : ErrorAsync(response));
        using var client = new RegistryClient(Fast);
        IReadOnlyList<FoundRepository> found = await client.SearchAsync(registry.Host, "busy box", 25, CancellationToken.None);
        Assert.Equal([new FoundRepository("busy box", "small", 7, IsOfficial: true, IsAutomated: false), new FoundRepository("x/busy", "", 0, IsOfficial: false, IsAutomated: false)], found);
        Assert.Contains("/v1/search?q=busy%20box&n=25", registry.Requests);
    }

    [Fact]
    public async Task Where_there_is_no_search_the_catalogue_is_looked_through()
    {
        using var registry = new FakeRegistry((request, response) => request.Url!.AbsolutePath == "/v2/_catalog" ? SendAsync(response, """{"repositories":["a/app","b","c/APP"]}""") : ErrorAsync(response));
        using var client = new RegistryClient(Fast);
        Assert.Equal(["a/app", "c/APP"], (await client.SearchAsync(registry.Host, "app", 25, CancellationToken.None)).Select(r => r.Name));
        Assert.Equal(["a/app"], (await client.SearchAsync(registry.Host, "app", 1, CancellationToken.None)).Select(r => r.Name));
    }

    private static async Task<IReadOnlyList<ImageReference>> ListAsync(FakeRegistry registry)
    {
        using var client = new RegistryClient(Fast);
        return await client.ListTagsAsync(ImageReference.Parse(registry.Host + "/a/b"), CancellationToken.None);
    }

    private static async Task SendAsync(HttpListenerResponse response, string json, string? link = null)
    {
        response.ContentType = "application/json";
        if (link is not null) response.Headers["Link"] = link;
        byte[] content = Encoding.UTF8.GetBytes(json);
        response.ContentLength64 = content.Length;
        await response.OutputStream.WriteAsync(content);
        response.Close();
    }

    private static Task ErrorAsync(HttpListenerResponse response)
    {
        response.StatusCode = 404;
        response.Close();
        return Task.CompletedTask;
    }
}
