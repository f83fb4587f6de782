using Nacre.Core.Commands;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.StateMachines;
using Nacre.Storage.Documents;

namespace Nacre.Storage.Tests.Documents;

/// <summary>What a data shard should do, in dictionaries and plain rules.</summary>
internal sealed class DocumentModel
{
    private readonly Dictionary<RangeId, RangeModel> _ranges = [];

    public IReadOnlyDictionary<RangeId, RangeModel> Ranges => _ranges;

    public DateTimeOffset Time { get; private set; }

    /// <summary>The last configuration entry, and its set as a text.</summary>
    public (ulong Index, string? Set) Set { get; set; }

    public void See(DateTimeOffset time) => Time = time > Time ? time : Time;

    public CommandOutcome Activate(RangeDefinition definition)
    {
        if (_ranges.TryGetValue(definition.Range, out RangeModel? owned))
        {
            return owned.Definition == definition
                ? new CommandOutcome(ErrorCode.None, default, CommandEffect.None, default) { Time = Time }
                : CommandOutcome.Refused(ErrorCode.AlreadyExists);
        }

        _ranges.Add(definition.Range, new RangeModel(definition));
        return new CommandOutcome(ErrorCode.None, default, CommandEffect.Created, default) { Time = Time };
    }

    public CommandOutcome Drop(RangeId range) => _ranges.Remove(range)
        ? new CommandOutcome(ErrorCode.None, default, CommandEffect.None, default) { Time = Time }
        : CommandOutcome.Refused(ErrorCode.NotFound);

    public CommandOutcome Write(RangeDefinition definition, Lsn lsn, IdempotencyKey key, ItemOperation[] operations)
    {
        if (!_ranges.TryGetValue(definition.Range, out RangeModel? range) || range.Definition != definition)
        {
            return CommandOutcome.Refused(ErrorCode.RangeMoved);
        }

        if (key.IsNone)
        {
            return range.Execute(lsn, operations, Time);
        }

        RangeModel.Client client = range.Known(key.Client, Time, key.AnsweredBelow);
        if (client.Outcomes.FirstOrDefault(outcome => outcome.Sequence == key.Sequence) is { } remembered)
        {
            return remembered.Hash == key.Hash
                ? remembered.Outcome with { Flags = remembered.Outcome.Flags | CommandEffect.Repeated }
                : CommandOutcome.Refused(ErrorCode.IdempotencyMismatch);
        }

        if (key.Sequence <= client.ForgottenThrough)
        {
            return CommandOutcome.Refused(ErrorCode.IdempotencyExpired);
        }

        CommandOutcome came = range.Execute(lsn, operations, Time);
        client.Outcomes.Add(new RangeModel.Remembered(key.Sequence, key.Hash, Time, came));
        client.ForgottenThrough = Math.Max(client.ForgottenThrough, Math.Max(key.AnsweredBelow, 1) - 1);
        return came;
    }

    /// <summary>One range.</summary>
    internal sealed class RangeModel(RangeDefinition definition)
    {
        private readonly Dictionary<ClientId, Client> _clients = [];

        public RangeDefinition Definition { get; } = definition;

        /// <summary>Item key in hexadecimal, which sorts as the bytes do.</summary>
        public SortedDictionary<string, Item> Items { get; private set; } = new(StringComparer.Ordinal);

        public Lsn LastLsn { get; private set; }

        public Client Known(ClientId id, DateTimeOffset now, ulong answeredBelow)
        {
            if (!_clients.TryGetValue(id, out Client? client))
            {
                _clients.Add(id, client = new Client());
            }
            else
            {
                client.ForgottenThrough = Math.Max(client.ForgottenThrough, Math.Max(answeredBelow, 1) - 1);
            }

            // In the order in which they came, up to the first that must be kept.
            while (client.Outcomes.Count > 0 &&
                (client.Outcomes[0].Time + RememberedOutcomes.Keep <= now || client.Outcomes[0].Sequence < answeredBelow))
            {
                client.ForgottenThrough = Math.Max(client.ForgottenThrough, client.Outcomes[0].Sequence);
                client.Outcomes.RemoveAt(0);
            }

            return client;
        }

        public CommandOutcome Execute(Lsn lsn, ItemOperation[] operations, DateTimeOffset time)
        {
            var items = new SortedDictionary<string, Item>(Items, StringComparer.Ordinal);
            byte[] effects = new byte[operations.Length];
            for (int ordinal = 0; ordinal < operations.Length; ordinal++)
            {
                ItemOperation operation = operations[ordinal];
                string key = Convert.ToHexString(operation.Key.Span);
                Item? before = items.GetValueOrDefault(key);
                ErrorCode refusal =
                    operation.Kind == ItemOperationKind.Create && before is not null ? ErrorCode.AlreadyExists
                    : operation.Kind is ItemOperationKind.Replace or ItemOperationKind.Delete && before is null ? ErrorCode.NotFound
                    : operation.Precondition.Kind == PreconditionKind.IfMatch && before?.Lsn != operation.Precondition.Lsn ? ErrorCode.PreconditionFailed
                    : operation.Precondition.Kind == PreconditionKind.IfAbsent && before is not null ? ErrorCode.PreconditionFailed
                    : operation.Precondition.Kind == PreconditionKind.IfPresent && before is null ? ErrorCode.PreconditionFailed
                    : ErrorCode.None;
                if (refusal != ErrorCode.None)
                {
                    return CommandOutcome.Refused(refusal) with { Detail = operations.Length == 1 ? default : new[] { (byte)ordinal } };
                }

                effects[ordinal] = (byte)(before is null ? CommandEffect.Created : CommandEffect.None);
                if (operation.Kind == ItemOperationKind.Delete)
                {
                    items.Remove(key);
                }
                else
                {
                    items[key] = new Item(lsn, ordinal, operation.Body.ToArray(), time);
                }
            }

            Items = items;
            LastLsn = lsn;
            return new CommandOutcome(
                ErrorCode.None, lsn, (CommandEffect)effects.Aggregate((all, effect) => (byte)(all | effect)),
                effects.Length == 1 ? default : effects) { Time = time };
        }

        internal sealed record Item(Lsn Lsn, int Ordinal, byte[] Body, DateTimeOffset Time);

        internal sealed record Remembered(ulong Sequence, RequestHash Hash, DateTimeOffset Time, CommandOutcome Outcome);

        internal sealed class Client
        {
            public List<Remembered> Outcomes { get; } = [];

            public ulong ForgottenThrough { get; set; }
        }
    }
}
