namespace Nacre.Storage.Trees;

/// <summary>Walks the entries of one view in order.</summary>
/// <remarks>For one caller at a time.</remarks>
internal sealed class TreeCursor : IAsyncDisposable
{
    /// <summary>Key of the current entry; valid until the next move.</summary>
    public ReadOnlyMemory<byte> Key => throw new NotSupportedException();

    /// <summary>Value of the current entry; valid until the next move.</summary>
    public ReadOnlyMemory<byte> Value => throw new NotSupportedException();

    /// <summary>Moves to the next entry; completes synchronously when its node is in memory.</summary>
    /// <param name="cancellationToken">Stops the read of a node.</param>
    /// <returns>False at the end. Throws <see cref="Core.Files.StorageFaultException"/>.</returns>
    public ValueTask<bool> MoveNextAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => throw new NotSupportedException();
}
