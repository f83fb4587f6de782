using Google.Protobuf;
using Google.Protobuf.Collections;
using Nacre.Core.Commands;
using Nacre.Core.Documents;
using Nacre.Core.Errors;
using Nacre.Core.Ids;

namespace Nacre.Server.Items;

/// <summary>Reads keys out of messages: partition keys, idempotency keys, preconditions.</summary>
internal static class WireKeys
{
    private static readonly NacreError TooManyValues =
        new(ErrorCode.Malformed, $"A partition key has at most {DocumentLimits.MaxPartitionKeyPaths} values.");

    private static readonly NacreError NotFinite = new(ErrorCode.Malformed, "A number in a partition key is finite.");

    private static readonly NacreError BadClient =
        new(ErrorCode.Malformed, $"An idempotency key has a client id of {ClientId.SizeBytes} bytes, not all zero, and a sequence from 1.");

    private static readonly NacreError BadTag = new(ErrorCode.Malformed, "An etag is what an earlier answer gave, or \"*\".");

    private static readonly NacreError BadConditions =
        new(ErrorCode.Malformed, "Create takes no if_match, if_none_match is \"*\" and goes with Create or Upsert, and only one of both is given.");

    /// <summary>Reads a partition key; an absent one is the empty prefix.</summary>
    public static Result<PartitionKey> Read(Protocol.V1.PartitionKey? message)
    {
        if (message is null)
        {
            return default(PartitionKey);
        }

        RepeatedField<Protocol.V1.PartitionKeyValue> values = message.Values;
        if (values.Count > DocumentLimits.MaxPartitionKeyPaths)
        {
            return TooManyValues;
        }

        PartitionKeyValue first = default, second = default, third = default;
        if ((values.Count > 0 && !TryRead(values[0], out first)) ||
            (values.Count > 1 && !TryRead(values[1], out second)) ||
            (values.Count > 2 && !TryRead(values[2], out third)))
        {
            return NotFinite;
        }

        return values.Count switch
        {
            0 => default,
            1 => new PartitionKey(first),
            2 => new PartitionKey(first, second),
            _ => new PartitionKey(first, second, third),
        };
    }

    /// <summary>A partition key as a message; absent for the empty prefix.</summary>
    public static Protocol.V1.PartitionKey? Show(in PartitionKey key)
    {
        if (key.Count == 0)
        {
            return null;
        }

        var message = new Protocol.V1.PartitionKey();
        for (int level = 0; level < key.Count; level++)
        {
            PartitionKeyValue value = key[level];
            message.Values.Add(value.Kind switch
            {
                PartitionKeyValueKind.Null => new Protocol.V1.PartitionKeyValue { Null = true },
                PartitionKeyValueKind.False => new Protocol.V1.PartitionKeyValue { Boolean = false },
                PartitionKeyValueKind.True => new Protocol.V1.PartitionKeyValue { Boolean = true },
                PartitionKeyValueKind.Number => new Protocol.V1.PartitionKeyValue { Number = value.Number },
                PartitionKeyValueKind.Text => new Protocol.V1.PartitionKeyValue { Text = value.Text },
                _ => new Protocol.V1.PartitionKeyValue(),
            });
        }

        return message;
    }

    /// <summary>Reads an idempotency key; its hash is still to be filled in.</summary>
    /// <param name="message">Absent: no key.</param>
    public static Result<IdempotencyKey> Read(Protocol.V1.IdempotencyKey? message) =>
        message is null ? IdempotencyKey.None : Idempotency(message.ClientId, message.Sequence, message.AnsweredBelow);

    /// <summary>Reads the parts of an idempotency key; its hash is still to be filled in.</summary>
    public static Result<IdempotencyKey> Idempotency(ByteString client, ulong sequence, ulong answeredBelow)
    {
        if (client.Length != ClientId.SizeBytes || sequence == 0)
        {
            return BadClient;
        }

        ClientId id = ClientId.Read(client.Span);
        return id.Value == 0 ? BadClient : new IdempotencyKey(id, sequence, answeredBelow, default);
    }

    /// <summary>Reads what must hold for a write to take effect.</summary>
    /// <param name="kind">The write.</param>
    /// <param name="range">The range of the item: a tag of another range matches nothing there.</param>
    /// <param name="ifMatch">A tag, "*", or empty.</param>
    /// <param name="ifNoneMatch">"*" or empty.</param>
    public static Result<Precondition> Condition(ItemOperationKind kind, RangeId range, string ifMatch, string ifNoneMatch)
    {
        if (ifMatch.Length == 0 && ifNoneMatch.Length == 0)
        {
            return Precondition.None;
        }

        if (ifMatch.Length == 0)
        {
            return ifNoneMatch == "*" && kind is ItemOperationKind.Create or ItemOperationKind.Upsert
                ? Precondition.IfAbsent
                : BadConditions;
        }

        if (ifNoneMatch.Length > 0 || kind == ItemOperationKind.Create)
        {
            return BadConditions;
        }

        if (ifMatch == "*")
        {
            return Precondition.IfPresent;
        }

        if (!ETag.TryParse(ifMatch, out ETag tag))
        {
            return BadTag;
        }

        // Version 0 matches none: the item's range has changed since, or the container was made again.
        return Precondition.IfMatch(tag.Range == range ? tag.Lsn : default);
    }

    private static bool TryRead(Protocol.V1.PartitionKeyValue message, out PartitionKeyValue value)
    {
        switch (message.KindCase)
        {
            case Protocol.V1.PartitionKeyValue.KindOneofCase.Null:
                value = PartitionKeyValue.Null;
                return true;
            case Protocol.V1.PartitionKeyValue.KindOneofCase.Boolean:
                value = PartitionKeyValue.Of(message.Boolean);
                return true;
            case Protocol.V1.PartitionKeyValue.KindOneofCase.Text:
                value = PartitionKeyValue.Of(message.Text);
                return true;
            case Protocol.V1.PartitionKeyValue.KindOneofCase.Number:
                bool finite = double.IsFinite(message.Number);
                value = finite ? PartitionKeyValue.Of(message.Number) : default;
                return finite;
            default:
                value = PartitionKeyValue.Undefined;
                return true;
        }
    }
}
