namespace Nacre.Server.Administration;

/// <summary>The nodes of a cluster that never had a second one: its clients know the way, or they would not ask.</summary>
internal sealed class LoneNode : IClientEndpoints
{
    /// <inheritdoc/>
    public IReadOnlyList<string> Active => [];
}
