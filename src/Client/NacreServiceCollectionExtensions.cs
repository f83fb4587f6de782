using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Nacre.Client;

/// <summary>Adds the SDK to a service collection.</summary>
public static class NacreServiceCollectionExtensions
{
    /// <summary>Adds a <see cref="NacreClient"/>, one for the whole program.</summary>
    /// <param name="services">Where to.</param>
    /// <param name="connectionString"><c>AccountEndpoint=https://…;AccountKey=…;CaCertificate=PATH;</c></param>
    /// <param name="options">Null: the defaults. Without a logger factory the collection's own is used.</param>
    /// <exception cref="FormatException">The connection string is not well formed.</exception>
    public static IServiceCollection AddNacreClient(this IServiceCollection services, string connectionString, NacreClientOptions? options = null)
    {
        NacreConnection connection = NacreConnection.Parse(connectionString);
        return services.AddNacreClient(_ => connection, options);
    }

    /// <summary>Adds a <see cref="NacreClient"/>, one for the whole program.</summary>
    /// <param name="services">Where to.</param>
    /// <param name="connection">Tells where the server is, when the client is first asked for.</param>
    /// <param name="options">Null: the defaults. Without a logger factory the collection's own is used.</param>
    public static IServiceCollection AddNacreClient(
        this IServiceCollection services, Func<IServiceProvider, NacreConnection> connection, NacreClientOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(connection);
        services.TryAddSingleton(provider =>
        {
            NacreClientOptions chosen = options ?? new NacreClientOptions();
            return new NacreClient(
                connection(provider),
                chosen with { LoggerFactory = chosen.LoggerFactory ?? provider.GetService<ILoggerFactory>() });
        });
        return services;
    }
}
