namespace Nacre.Server.Routing;

/// <summary>Where a request finds the container that it names.</summary>
/// <remarks>Thread-safe; a look takes no lock.</remarks>
internal interface IRoutes
{
    /// <summary>The table of now. Taken once a request, or a batch: a newer one may come at any time.</summary>
    RouteTable Current { get; }
}
