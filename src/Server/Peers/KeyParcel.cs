using System.Buffers.Binary;
using Grpc.Core;
using Grpc.Net.Client;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Protocol.Node.V1;
using Nacre.Security.Keys;

namespace Nacre.Server.Peers;

/// <summary>What one node gets of another's keys. Layout in <c>docs/formats/keyring.md</c>.</summary>
/// <remarks>Disposal clears it.</remarks>
internal sealed class KeyParcel : IDisposable
{
    private readonly SecretBytes _content;
    private readonly int _ringBytes;

    private KeyParcel(SecretBytes content, int ringBytes, ulong generation) => (_content, _ringBytes, Generation) = (content, ringBytes, generation);

    /// <summary>The export of the other node's ring.</summary>
    public ReadOnlySpan<byte> Ring => _content.Span.Slice(sizeof(uint), _ringBytes);

    /// <summary>The cluster's certificate authority, as <c>tls/authority</c> seals it.</summary>
    public ReadOnlySpan<byte> Authority => _content.Span[(sizeof(uint) + _ringBytes)..];

    /// <summary>The generation in the catalogue up to which the other node has all keys.</summary>
    public ulong Generation { get; }

    /// <summary>What an envelope is bound to: the cluster, and whom it is for.</summary>
    public static byte[] ContextOf(ClusterId cluster, NodeId node)
    {
        ReadOnlySpan<byte> label = "keys of the cluster"u8;
        byte[] context = new byte[label.Length + ClusterId.SizeBytes + sizeof(uint)];
        label.CopyTo(context);
        cluster.Write(context.AsSpan(label.Length));
        BinaryPrimitives.WriteUInt32LittleEndian(context.AsSpan(label.Length + ClusterId.SizeBytes), node.Value);
        return context;
    }

    /// <summary>Puts the parts together; the caller disposes the whole, and clears the parts.</summary>
    public static SecretBytes Pack(ReadOnlySpan<byte> ring, ReadOnlySpan<byte> authority)
    {
        var content = new SecretBytes(sizeof(uint) + ring.Length + authority.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(content.Span, (uint)ring.Length);
        ring.CopyTo(content.Span[sizeof(uint)..]);
        authority.CopyTo(content.Span[(sizeof(uint) + ring.Length)..]);
        return content;
    }

    /// <summary>Asks another node for its keys.</summary>
    /// <param name="channel">To its node port.</param>
    /// <param name="cluster">The cluster.</param>
    /// <param name="self">The node that asks.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The keys, the caller's to dispose of. Errors: Unavailable, Forbidden, Corrupt, Unsupported.</returns>
    public static async Task<Result<KeyParcel>> FetchAsync(GrpcChannel channel, ClusterId cluster, NodeId self, CancellationToken cancellationToken)
    {
        using var envelope = new KeyEnvelope();
        FetchedKeys answer;
        try
        {
            answer = await new Keys.KeysClient(channel).FetchAsync(
                new FetchKeysRequest { PublicKey = Google.Protobuf.ByteString.CopyFrom(envelope.PublicKey) },
                cancellationToken: cancellationToken).ResponseAsync.ConfigureAwait(false);
        }
        catch (RpcException fault) when (!cancellationToken.IsCancellationRequested)
        {
            return new NacreError(
                fault.StatusCode == StatusCode.PermissionDenied ? ErrorCode.Forbidden : ErrorCode.Unavailable,
                $"The keys could not be fetched from the node port: {fault.Status.Detail}");
        }

        Result<SecretBytes> opened = envelope.Open(answer.Envelope.Span, ContextOf(cluster, self));
        if (!opened.IsOk)
        {
            return opened.Error;
        }

        SecretBytes content = opened.Value;
        long ringBytes = content.Length < sizeof(uint) ? long.MaxValue : BinaryPrimitives.ReadUInt32LittleEndian(content.Span);
        if (ringBytes > content.Length - sizeof(uint))
        {
            content.Dispose();
            return new NacreError(ErrorCode.Corrupt, "The keys that another node sent cannot be read. Bring all nodes to one release.");
        }

        return new KeyParcel(content, (int)ringBytes, answer.Generation);
    }

    /// <inheritdoc/>
    public void Dispose() => _content.Dispose();
}
