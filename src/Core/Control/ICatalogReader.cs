namespace Nacre.Core.Control;

/// <summary>Where the node finds the newest catalogue.</summary>
/// <remarks>Thread-safe; a read takes no lock.</remarks>
public interface ICatalogReader
{
    /// <summary>The catalogue as of the last applied entry of the control shard.</summary>
    Catalog Current { get; }
}
