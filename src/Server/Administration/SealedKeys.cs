using Nacre.Core.Commands;
using Nacre.Core.Control;
using Nacre.Core.Errors;
using Nacre.Core.StateMachines;
using Nacre.Replication.Catalogue;

namespace Nacre.Server.Administration;

/// <summary>What the stores of keys that lie sealed in the catalogue have in common.</summary>
internal static class SealedKeys
{
    /// <summary>Opens every record.</summary>
    /// <param name="records">The catalogue's.</param>
    /// <param name="open">Opens one.</param>
    /// <returns>The keys, the caller's to dispose of; or the first refusal, with no key left open.</returns>
    public static Result<List<TKey>> Open<TRecord, TKey>(IEnumerable<TRecord> records, Func<TRecord, Result<TKey>> open)
        where TKey : IDisposable
    {
        var opened = new List<TKey>();
        foreach (TRecord record in records)
        {
            Result<TKey> key = open(record);
            if (!key.IsOk)
            {
                opened.ForEach(known => known.Dispose());
                return key.Error;
            }

            opened.Add(key.Value);
        }

        return opened;
    }

    /// <summary>Writes records in the system's name, one after another.</summary>
    /// <param name="coordinator">The control shard.</param>
    /// <param name="commands">Each is made when its turn comes.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The first refusal, or null.</returns>
    public static async Task<NacreError?> WriteAsync(
        CatalogCoordinator coordinator, IEnumerable<ControlCommand> commands, CancellationToken cancellationToken)
    {
        foreach (ControlCommand command in commands)
        {
            Result<CommandOutcome> stored = await coordinator
                .ExecuteAsync(command, new EntryHeader { Cause = EntryCause.System }, cancellationToken).ConfigureAwait(false);
            if (!stored.IsOk)
            {
                return stored.Error;
            }
        }

        return null;
    }
}
