using System.Net;
using Builder.Oci.Images;
using Builder.Registry.Authentication;
using Builder.Registry.Transport;

namespace Builder.Registry;

/// <content>Tries logins.</content>
public sealed partial class RegistryClient
{
    /// <summary>Asks a registry whether it takes the login that this client was given for it.</summary>
    /// <exception cref="ImageSourceException">It doesn't, or it can't be reached.</exception>
    public async Task CheckLoginAsync(string domain, CancellationToken cancellationToken)
    {
        try
        {
            await _endpoints.AtRegistryAsync(domain, async endpoint =>
            {
                var access = new Access(endpoint, domain, "");
                using HttpResponseMessage response = await _authorized.SendAsync(access, new RegistryRequest(endpoint.Base), cancellationToken);
                if (response.IsSuccessStatusCode) return true;
                RegistryException failure = await _authorized.ExplainAsync(access, response, cancellationToken);
                throw response.StatusCode == HttpStatusCode.NotFound ? new RegistryException($"{endpoint.Base.Authority} is no registry ({failure.Message})") : failure;
            });
        }
        catch (RegistryException error)
        {
            throw new ImageSourceException($"login to {domain} failed: {error.Message}", error, error.Problem);
        }
    }
}
