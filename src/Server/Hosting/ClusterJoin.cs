using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Grpc.Net.Client;
using Nacre.Core.Control;
using Nacre.Core.Errors;
using Nacre.Core.Files;
using Nacre.Core.Ids;
using Nacre.Protocol.V1;
using Nacre.Security.Certificates;
using Nacre.Security.Keys;
using Nacre.Server.DataFolder;
using Nacre.Server.Options;
using Nacre.Server.Peers;
using JoinToken = Nacre.Security.Tokens.JoinToken;
using NodeState = Nacre.Server.DataFolder.NodeState;

namespace Nacre.Server.Hosting;

/// <summary>
/// Makes the data folder of a node that joins a cluster: asks to be taken in, fetches the keys as the node that it has become, and
/// writes key ring, authority, peers and, last, the node file. Decision 24.
/// </summary>
public static class ClusterJoin
{
    private static readonly string[] Anywhere = ["0.0.0.0:", "[::]:"];

    private static readonly TimeSpan AskPatience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan AskAgain = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan FetchPatience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan FetchAgain = TimeSpan.FromMilliseconds(250);

    /// <summary>Joins.</summary>
    /// <param name="options">Where the data folder is to be, and its root key.</param>
    /// <param name="join">Whom to join.</param>
    /// <param name="environment">The world around the node.</param>
    /// <param name="cancellationToken">Ends the attempt; the cluster may have taken the node in all the same.</param>
    /// <returns>
    /// Who the node is; the folder is ready for a server. Errors: Malformed, AlreadyExists for a folder that is a node's,
    /// Unavailable, the root key's, and what the cluster refuses with.
    /// </returns>
    public static async Task<Result<JoinedNode>> JoinAsync(
        NodeOptions options, JoinOptions join, NodeEnvironment environment, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(join);
        ArgumentNullException.ThrowIfNull(environment);
        if ((NodeEndpoints.CheckPeer(join.NodeAddress) ?? NodeEndpoints.CheckClient($"https://{join.ClientAddress}")) is { } malformed)
        {
            return malformed;
        }

        if (Anywhere.Any(host => join.NodeAddress.StartsWith(host, StringComparison.Ordinal) || join.ClientAddress.StartsWith(host, StringComparison.Ordinal)))
        {
            return new NacreError(ErrorCode.Malformed, "An address of all interfaces is where a node listens, and nobody can dial it: name one that others reach.");
        }

        if (join.Servers.Count == 0)
        {
            return new NacreError(ErrorCode.Malformed, "Name a node of the cluster to join.");
        }

        Result<JoinToken> parsed = JoinToken.Parse(join.Token);
        if (!parsed.IsOk)
        {
            return parsed.Error;
        }

        using JoinToken token = parsed.Value;
        try
        {
            return await JoinAsync(options, join, token, environment, cancellationToken).ConfigureAwait(false);
        }
        catch (StorageFaultException fault)
        {
            return new NacreError(fault.Kind == StorageFaultKind.NoSpace ? ErrorCode.DiskFull : ErrorCode.StorageFailed, fault.Message);
        }
    }

    private static async Task<Result<JoinedNode>> JoinAsync(
        NodeOptions options, JoinOptions join, JoinToken token, NodeEnvironment environment, CancellationToken cancellationToken)
    {
        var folder = new NodeFolder(environment.Files, Path.GetFullPath(options.Data));
        environment.Files.CreateDirectory(folder.Directory);
        Result<FolderLock> locked = FolderLock.Take(folder.LockFile);
        if (!locked.IsOk)
        {
            return locked.Error;
        }

        using FolderLock held = locked.Value;
        if (environment.Files.FileExists(folder.NodeFile) || environment.Files.ListDirectories(folder.Directory).Count > 0)
        {
            return new NacreError(ErrorCode.AlreadyExists, $"{folder.Directory} is not empty: a node joins with a data folder of its own. Name another one.");
        }

        // Before the token is used up: without a root key there will be no node.
        if (environment.FindRootKey(options, folder.Directory, out IRootKeyProvider provider) is { } noRoot)
        {
            return noRoot;
        }

        Result<RootKey> root = provider.Open(expected: null);
        if (!root.IsOk)
        {
            return root.Error;
        }

        using RootKey rootKey = root.Value;
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Result<JoinResponse> answer = await AskAsync(join, token, key, environment.Time, cancellationToken).ConfigureAwait(false);
        if (!answer.IsOk)
        {
            return answer.Error;
        }

        Result<KeyParcel> fetched = await FetchAsync(answer.Value, join, key, environment, cancellationToken).ConfigureAwait(false);
        if (!fetched.IsOk)
        {
            return TakenInFor(answer.Value, fetched.Error);
        }

        using KeyParcel parcel = fetched.Value;
        NacreError? refusal;
        bool isWritten = false;
        try
        {
            refusal = Write(folder, answer.Value, parcel, new HeldRootKey(provider.Name, rootKey), environment);
            isWritten = refusal is null;
        }
        finally
        {
            if (!isWritten)
            {
                folder.RemoveUnfinished();
            }
        }

        return refusal is null
            ? new JoinedNode(
                ClusterId.Read(answer.Value.ClusterId.Span), new NodeId(answer.Value.Node), (int)answer.Value.DataShards, answer.Value.Peers.Count)
            : TakenInFor(answer.Value, refusal);
    }

    /// <summary>
    /// Asks one node after the other until one answers. Also when a request may have arrived and its answer was lost: the cluster
    /// knows the token with this key, and gives the same id again.
    /// </summary>
    private static async Task<Result<JoinResponse>> AskAsync(
        JoinOptions join, JoinToken token, ECDsa key, TimeProvider time, CancellationToken cancellationToken)
    {
        long began = time.GetTimestamp();
        for (int tries = 0; ; tries++)
        {
            Result<JoinResponse> answer = await JoinCall.SendAsync(join.Servers[tries % join.Servers.Count], join, token, key, cancellationToken).ConfigureAwait(false);
            if (answer.IsOk || !IsWorthAnother(answer.Error.Code) || cancellationToken.IsCancellationRequested || time.GetElapsedTime(began) > AskPatience)
            {
                return answer;
            }

            await Task.Delay(AskAgain, time, cancellationToken).ConfigureAwait(false);
        }
    }

    private static bool IsWorthAnother(ErrorCode code) =>
        code is ErrorCode.Unavailable or ErrorCode.OutcomeUnknown or ErrorCode.NotLeader or ErrorCode.Overloaded;

    /// <summary>Fetches the keys from whichever node has them and is reached; the newest node is known to some a moment later.</summary>
    private static async Task<Result<KeyParcel>> FetchAsync(
        JoinResponse answer, JoinOptions join, ECDsa key, NodeEnvironment environment, CancellationToken cancellationToken)
    {
        var cluster = ClusterId.Read(answer.ClusterId.Span);
        using X509Certificate2 authority = X509CertificateLoader.LoadCertificate(answer.Authority.Span);
        using X509Certificate2 signed = X509CertificateLoader.LoadCertificate(answer.Certificate.Span);
        var identity = new NodeIdentity(cluster, new NodeId(answer.Node), new RegionId(join.Region));
        if (NodeIdentity.Of(signed) != identity)
        {
            return new NacreError(ErrorCode.Corrupt, "The certificate that the cluster gave is not this node's. Bring all nodes to one release.");
        }

        Result<ServerCertificateSource> source = ServerCertificateSource.Start(
            new JoinedCertificate(new ServerCertificate(signed.CopyWithPrivateKey(key), [authority])), environment.Time,
            environment.Loggers.CreateLogger("Nacre.Security"));
        if (!source.IsOk)
        {
            return source.Error;
        }

        using ServerCertificateSource own = source.Value;
        var dialler = new PeerDialler(cluster, own, new NodeVerifier(cluster, authority, NobodyRemoved.Instance, environment.Time));
        long began = environment.Time.GetTimestamp();
        while (true)
        {
            NacreError refusal = new(ErrorCode.Unavailable, "The cluster names no node to fetch the keys from.");
            foreach (NodePeer peer in answer.Peers)
            {
                NacreError? handshake = null;
                Result<GrpcChannel> opened = dialler.Open(new NodeId(peer.Node), peer.PeerEndpoint, refused => handshake = refused);
                if (!opened.IsOk)
                {
                    refusal = opened.Error;
                    continue;
                }

                using GrpcChannel channel = opened.Value;
                Result<KeyParcel> fetched = await KeyParcel.FetchAsync(channel, cluster, identity.Node, cancellationToken).ConfigureAwait(false);
                if (fetched.IsOk)
                {
                    return fetched;
                }

                refusal = handshake ?? fetched.Error with { Message = $"Node {peer.Node} at {peer.PeerEndpoint}: {fetched.Error.Message}" };
            }

            if (refusal.Code != ErrorCode.Unavailable || environment.Time.GetElapsedTime(began) > FetchPatience)
            {
                return refusal;
            }

            await Task.Delay(FetchAgain, environment.Time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The node file comes last: without it the folder is nobody's.</summary>
    private static NacreError? Write(NodeFolder folder, JoinResponse answer, KeyParcel parcel, IRootKeyProvider root, NodeEnvironment environment)
    {
        var cluster = ClusterId.Read(answer.ClusterId.Span);
        Result<KeyRing> adopted = new KeyRingFolder(environment.Files, folder.Keys, environment.Time, environment.Random)
            .Adopt(cluster, parcel.Ring, root);
        if (!adopted.IsOk)
        {
            return adopted.Error;
        }

        using KeyRing ring = adopted.Value;
        var certificates = new OwnCertificates(
            environment.Files, folder.Tls, new SecretSealer(ring, KeyDomainId.Shared, environment.Random), cluster, [], environment.Time, environment.Random);
        Result<Unit> authority = certificates.AdoptAuthority(parcel.Authority, SHA256.HashData(answer.Authority.Span));
        if (!authority.IsOk)
        {
            return authority.Error;
        }

        new PeersFile(environment.Files, folder.PeersFile).Write(
            [.. answer.Peers.Select(peer => new KnownPeer(peer.Node, peer.Region, peer.PeerEndpoint))]);
        folder.Write(new NodeRecord(
            NodeState.Running, cluster, new NodeId(answer.Node), (int)answer.DataShards,
            environment.Time.GetUtcNow().ToUnixTimeMilliseconds(), Starts: 0, ring.Generation, ImmutableArray<ShardPoint>.Empty));
        return null;
    }

    private static NacreError TakenInFor(JoinResponse answer, NacreError reason) => reason with
    {
        Message = $"{reason.Message} The cluster took this node in as node {answer.Node}, which will never run: remove it with 'nacre node remove {answer.Node}', and join again with a new token.",
    };

    /// <summary>The certificate of joining, for as long as joining takes.</summary>
    private sealed class JoinedCertificate(ServerCertificate certificate) : IServerCertificateProvider
    {
        public Result<ServerCertificate> Refresh(ServerCertificate? present) => certificate;
    }

    /// <summary>Who joins knows of nobody's removal.</summary>
    private sealed class NobodyRemoved : IRemovedNodes
    {
        public static NobodyRemoved Instance { get; } = new();

        public bool IsRemoved(NodeId node) => false;

        public bool IsRevoked(string serialNumber) => false;
    }

    /// <summary>The root key, which was asked for once: its passphrase may be somebody's to type.</summary>
    private sealed class HeldRootKey(string name, RootKey key) : IRootKeyProvider
    {
        public string Name => name;

        public Result<RootKey> Open(RootKeyId? expected) => key.Copy();
    }
}
