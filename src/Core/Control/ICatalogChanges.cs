namespace Nacre.Core.Control;

/// <summary>The newest catalogue, and word of the next.</summary>
/// <remarks>Thread-safe.</remarks>
public interface ICatalogChanges : ICatalogReader
{
    /// <summary>Ends when there is a newer catalogue. Taken before <see cref="ICatalogReader.Current"/> is looked at, so that no change is missed.</summary>
    Task Changed { get; }
}
