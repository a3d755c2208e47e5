using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Builder.Executor.Attestations.Packages;
using Builder.Oci;

namespace Builder.Executor.Attestations;

/// <summary>Writes a list of packages as SPDX 2.3 in JSON (spdx.github.io/spdx-spec/v2.3). The same packages give the same bytes.</summary>
internal static class SpdxDocument
{
    /// <summary>What a predicate of this kind is called.</summary>
    public const string PredicateType = "https://spdx.dev/Document";

    private const string NoAssertion = "NOASSERTION";
    private const string DocumentId = "SPDXRef-DOCUMENT";
    private const string ImageId = "SPDXRef-DocumentRoot-Image";

    /// <summary>Writes it.</summary>
    /// <param name="list">The packages.</param>
    /// <param name="platform">What the image is for.</param>
    /// <param name="created">When the image is said to be from.</param>
    /// <param name="tool">Name and version of this program.</param>
    public static byte[] Write(PackageList list, Platform platform, DateTimeOffset created, string tool)
    {
        using var content = new MemoryStream();
        using (var json = new Utf8JsonWriter(content, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            (Package Package, string Id)[] packages = [.. list.Packages.Select(package => (package, IdOf(package)))];
            json.WriteStartObject();
            json.WriteString("spdxVersion", "SPDX-2.3");
            json.WriteString("dataLicense", "CC0-1.0");
            json.WriteString("SPDXID", DocumentId);
            json.WriteString("name", $"image-{platform.ToString().Replace('/', '-')}");
            json.WriteString("documentNamespace", $"https://spdx.org/spdxdocs/builder-image-{NamespaceOf(list, platform, created)}");
            WriteCreation(json, list, created, tool);
            json.WriteStartArray("packages");
            WriteImage(json, platform);
            foreach ((Package package, string id) in packages) WritePackage(json, package, id);
            json.WriteEndArray();
            json.WriteStartArray("relationships");
            WriteRelationship(json, DocumentId, "DESCRIBES", ImageId);
            foreach ((_, string id) in packages) WriteRelationship(json, ImageId, "CONTAINS", id);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return content.ToArray();
    }

    private static void WriteCreation(Utf8JsonWriter json, PackageList list, DateTimeOffset created, string tool)
    {
        json.WriteStartObject("creationInfo");
        json.WriteString("created", created.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        json.WriteStartArray("creators");
        json.WriteStringValue($"Tool: {tool}");
        json.WriteEndArray();
        if (list.Notes.Count > 0) json.WriteString("comment", string.Join("\n", list.Notes));
        json.WriteEndObject();
    }

    private static void WriteImage(Utf8JsonWriter json, Platform platform)
    {
        json.WriteStartObject();
        json.WriteString("name", "image");
        json.WriteString("SPDXID", ImageId);
        json.WriteString("comment", $"the file system of the image for {platform}");
        json.WriteString("primaryPackagePurpose", "CONTAINER");
        WriteUnknown(json);
        json.WriteEndObject();
    }

    private static void WritePackage(Utf8JsonWriter json, Package package, string id)
    {
        json.WriteStartObject();
        json.WriteString("name", package.Name);
        json.WriteString("SPDXID", id);
        json.WriteString("versionInfo", package.Version);
        json.WriteString("sourceInfo", $"found in {package.Location}");
        // Words of a package manager are seldom expressions of SPDX.
        if (package.License is { } license) json.WriteString("licenseComments", $"its source says: {license}");
        WriteUnknown(json);
        json.WriteStartArray("externalRefs");
        json.WriteStartObject();
        json.WriteString("referenceCategory", "PACKAGE-MANAGER");
        json.WriteString("referenceType", "purl");
        json.WriteString("referenceLocator", package.Url);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteUnknown(Utf8JsonWriter json)
    {
        json.WriteString("downloadLocation", NoAssertion);
        json.WriteBoolean("filesAnalyzed", false);
        json.WriteString("licenseConcluded", NoAssertion);
        json.WriteString("licenseDeclared", NoAssertion);
        json.WriteString("copyrightText", NoAssertion);
    }

    private static void WriteRelationship(Utf8JsonWriter json, string from, string type, string to)
    {
        json.WriteStartObject();
        json.WriteString("spdxElementId", from);
        json.WriteString("relationshipType", type);
        json.WriteString("relatedSpdxElement", to);
        json.WriteEndObject();
    }

    // Letters, digits, '.' and '-' only; what makes it the only one is the digest.
    private static string IdOf(Package package)
    {
        const int Digits = 16, MostName = 60;
        string name = string.Concat(package.Name.Select(c => char.IsAsciiLetterOrDigit(c) || c == '.' ? c : '-').Take(MostName));
        return $"SPDXRef-Package-{package.Url.Split(':', '/')[1]}-{name}-{Digest.Sha256(Encoding.UTF8.GetBytes($"{package.Url}\n{package.Location}")).Hex[..Digits]}";
    }

    private static string NamespaceOf(PackageList list, Platform platform, DateTimeOffset created)
    {
        string text = string.Join('\n', list.Packages.Select(package => $"{package.Url} {package.Location}").Prepend($"{platform} {created.ToUnixTimeSeconds()}"));
        return new Guid(Convert.FromHexString(Digest.Sha256(Encoding.UTF8.GetBytes(text)).Hex).AsSpan(0, 16), bigEndian: true).ToString();
    }
}
