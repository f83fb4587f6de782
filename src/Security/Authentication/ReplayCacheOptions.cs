namespace Nacre.Security.Authentication;

/// <summary>Bounds of the replay cache.</summary>
public sealed record ReplayCacheOptions
{
    /// <summary>How far a request's time may be from the server's, either way. Default 5 minutes; 1 second to 1 hour. Restart.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Requests remembered at once, 8 bytes each and up to 15 at worst. The default of 6 million holds 20,000 unary
    /// requests a second over the window. 1,024 to 2^30. Restart.
    /// </summary>
    public int CapacityRequests { get; init; } = 6 * 1024 * 1024;
}
