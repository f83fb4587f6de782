namespace Nacre.Core.Documents;

/// <summary>Reads a data shard's documents.</summary>
/// <remarks>Thread-safe.</remarks>
public interface IDocumentReader
{
    /// <summary>
    /// Takes the newest published view. Cheap and lock-free; dispose it soon, since superseded records are kept for
    /// as long as a view may need them.
    /// </summary>
    IDocumentView OpenView();
}
