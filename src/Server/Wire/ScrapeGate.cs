using Microsoft.AspNetCore.Http;
using Nacre.Security.Authentication;

namespace Nacre.Server.Wire;

/// <summary>Stands before the metrics: a GET with the scrape token goes on, anything else is refused.</summary>
/// <param name="next">Writes the metrics.</param>
/// <param name="token">What must be carried.</param>
/// <remarks>Thread-safe.</remarks>
internal sealed class ScrapeGate(RequestDelegate next, ScrapeToken token)
{
    /// <summary>Where metrics are read.</summary>
    public const string Path = "/metrics";

    /// <summary>Takes one request through.</summary>
    public Task InvokeAsync(HttpContext http)
    {
        if (!token.IsIn(http.Request.Headers.Authorization))
        {
            http.Response.StatusCode = StatusCodes.Status401Unauthorized;
            http.Response.Headers.WWWAuthenticate = "Bearer realm=\"metrics\"";
            return Task.CompletedTask;
        }

        if (!HttpMethods.IsGet(http.Request.Method))
        {
            http.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            http.Response.Headers.Allow = HttpMethods.Get;
            return Task.CompletedTask;
        }

        return next(http);
    }
}
