using System.Buffers.Binary;
using System.Security.Cryptography;
using Nacre.Core.Documents;
using Nacre.Protocol.V1;
using PartitionKey = Nacre.Core.Documents.PartitionKey;

namespace Nacre.Server.Items;

/// <summary>What a caller wants listed.</summary>
/// <param name="PartitionKey">Complete, a prefix, or empty for the whole container.</param>
/// <param name="Order">In which order.</param>
/// <param name="MaxItems">1 to 1,000.</param>
/// <param name="From">Where to go on; null to begin.</param>
internal sealed record ListRequest(PartitionKey PartitionKey, ListOrder Order, int MaxItems, Continuation? From)
{
    /// <summary>Tells lists apart, so that a continuation is not taken for another list's.</summary>
    public ulong Scope
    {
        get
        {
            Span<byte> input = stackalloc byte[2 + PartitionKeyHash.MaxBytes];
            input[0] = (byte)Order;
            input[1] = (byte)PartitionKey.Count;
            int length = 2 + PartitionKeyHash.Write(PartitionKey, input[2..]);
            Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
            SHA256.HashData(input[..length], hash);
            return BinaryPrimitives.ReadUInt64LittleEndian(hash);
        }
    }
}
