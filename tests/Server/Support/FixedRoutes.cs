using Nacre.Server.Routing;

namespace Nacre.Server.Tests.Support;

/// <summary>Routes that a test sets.</summary>
internal sealed class FixedRoutes(RouteTable table) : IRoutes
{
    public RouteTable Current { get; set; } = table;
}
