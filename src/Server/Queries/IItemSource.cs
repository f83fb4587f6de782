using Nacre.Core.Errors;

namespace Nacre.Server.Queries;

/// <summary>Gives a query the items that may have rows.</summary>
/// <remarks>
/// For one caller at a time. Everything else of the query, its filter among it, is done with each item that is given. A
/// query without ORDER BY that is answered page by page gets them in item order; others in any.
/// </remarks>
internal interface IItemSource : IAsyncDisposable
{
    /// <summary>The current item's key; valid until the next move.</summary>
    ReadOnlyMemory<byte> ItemKey { get; }

    /// <summary>The current item; valid until the next move.</summary>
    ReadOnlyMemory<byte> Document { get; }

    /// <summary>How many items it stands for, which are alike in all that the query reads; else 1.</summary>
    long Times { get; }

    /// <summary>Whether it is an item that was read, and not what an index told of one.</summary>
    bool IsRead { get; }

    /// <summary>Index entries looked at.</summary>
    long IndexEntries { get; }

    /// <summary>Opens the next part, such as a range. It may wait for other nodes, and so is called outside of the query's turn.</summary>
    /// <returns>False when there is none; or what shards and views refuse with.</returns>
    ValueTask<Result<bool>> OpenNextAsync(CancellationToken cancellationToken);

    /// <summary>Moves to the next item of the part that was opened last.</summary>
    /// <returns>False at its end; or what views refuse with.</returns>
    ValueTask<Result<bool>> MoveNextAsync(CancellationToken cancellationToken);

    /// <summary>How the items were found: a line for each step. After the last move.</summary>
    IReadOnlyList<string> Describe();
}
