using System.Security.Cryptography;
using System.Text;
using Builder.Cache.Storage;
using Builder.Oci;

namespace Builder.Cache.Downloads;

/// <summary>Remembers what URLs gave, so that a server need not send again what hasn't changed. Of a URL only its hash is kept: it may hold a token.</summary>
public sealed class DownloadStore
{
    private const int MaxSize = 64 << 10;
    private readonly string _directory;
    private readonly StoreOwner _owner;

    internal DownloadStore(string directory, StoreOwner owner) => (_directory, _owner) = (directory, owner);

    /// <summary>What a URL gave last, or null.</summary>
    public Download? Find(string url)
    {
        DownloadFile? file = StoreFiles.ReadJson(PathOf(url), StoreJsonContext.Default.DownloadFile, MaxSize);
        return Digest.TryParse(file?.Digest, out Digest digest) ? new Download(digest, file!.EntityTag, file.LastModified) : null; // it had a digest
    }

    /// <summary>Remembers what a URL gave.</summary>
    /// <exception cref="StoreException">The disk is full or can't be written to.</exception>
    public void Put(string url, Download download)
    {
        var file = new DownloadFile(download.Digest.ToString(), download.EntityTag, download.LastModified);
        StoreFiles.ReplaceJson(_owner, PathOf(url), file, StoreJsonContext.Default.DownloadFile, durable: false);
    }

    private string PathOf(string url) => Path.Combine(_directory, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(url))));
}
