using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Nacre.Server.Wire;

/// <summary>A port of the node: what all have in common.</summary>
internal abstract class Listener(WebApplication application) : IAsyncDisposable
{
    /// <summary>Binds and begins to serve.</summary>
    /// <returns>The addresses bound, with their real ports.</returns>
    public async Task<IReadOnlyList<Uri>> StartAsync(CancellationToken cancellationToken)
    {
        await application.StartAsync(cancellationToken).ConfigureAwait(false);
        IServerAddressesFeature addresses =
            application.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>();
        return [.. addresses.Addresses.Select(address => new Uri(address))];
    }

    /// <summary>Takes no new connections, tells the open ones to go, and lets what they began finish.</summary>
    /// <param name="patience">Ends it: what is still open then is cut off.</param>
    public Task StopAsync(CancellationToken patience) => application.StopAsync(patience);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => application.DisposeAsync();

    /// <summary>The node alone says when a port closes: a signal to the process is for the node, which hands over and drains first.</summary>
    protected static void LeaveSignalsToTheNode(WebApplicationBuilder builder) => builder.Services.AddSingleton<IHostLifetime, NoLifetime>();

    /// <summary>Whatever is not served is not found, and says no more.</summary>
    protected static void RefuseOtherPaths(WebApplication application) => application.MapFallback(static context =>
    {
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    });

    /// <summary>A lifetime that listens to nothing.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
