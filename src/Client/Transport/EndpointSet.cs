using System.Net.Security;
using Microsoft.Extensions.Logging;
using Wire = Nacre.Protocol.V1;

namespace Nacre.Client.Transport;

/// <summary>
/// The nodes that a client knows, and the one that new operations go to: the first that the connection names, and from
/// there on whichever works. A node that failed is left for the next at once; it is good again when it has answered.
/// A client stays where it is served: it does not go back by itself.
/// </summary>
/// <remarks>Thread-safe. While nothing fails, asking for the node is two looks at fields.</remarks>
internal sealed class EndpointSet : IAsyncDisposable
{
    // Invariants, under _gate:
    // - _nodes is never empty and holds no endpoint twice: the connection's own first, in their order, then the learned.
    // - _current is one of _nodes; it is good unless all of them are left.
    // - Of one node alone nothing is ever left: there is nowhere to go.
    // - A channel is in _nodes or in _retired until the end: calls may be under way on either.
    private static readonly NacreException NoLongerNamed = new(NacreErrorCode.Unavailable, "The server no longer names the node.");

    private readonly NacreConnection _connection;
    private readonly NacreClientOptions _options;
    private readonly CredentialSource _credentials;
    private readonly SslClientAuthenticationOptions _trust;
    private readonly ILogger? _logger;
    private readonly NodeWatch _watch;
    private readonly Lock _gate = new();
    private readonly List<RpcChannel> _retired = [];
    private volatile RpcChannel[] _nodes;
    private volatile RpcChannel _current;

    public EndpointSet(NacreConnection connection, NacreClientOptions options)
    {
        _connection = connection;
        _options = options;
        _trust = CertificateTrust.Options(connection.CaCertificatePath);
        _credentials = new CredentialSource(connection, options);
        _logger = options.LoggerFactory?.CreateLogger("Nacre.Client");
        bool alone = connection.Endpoints.Count == 1;
        _nodes = [.. connection.Endpoints.Select(endpoint => Open(endpoint, alone))];
        _current = _nodes[0];
        _watch = new NodeWatch(this, options);
    }

    /// <summary>Raised with what a node told of the cluster, after its nodes were learned, and whether something known before proved wrong.</summary>
    public event Action<Wire.AccountInfo, bool>? Discovered;

    /// <summary>Raised when a node was left, or is known no more: what waits for it should go elsewhere.</summary>
    public event Action<RpcChannel, NacreException>? Left;

    /// <summary>The node for a new operation.</summary>
    public RpcChannel Current
    {
        get
        {
            _watch.Use();
            return _current;
        }
    }

    /// <summary>The same, for whoever only looks.</summary>
    public RpcChannel Selected => _current;

    /// <summary>All nodes, in their order; a snapshot.</summary>
    public IReadOnlyList<RpcChannel> Nodes => _nodes;

    /// <summary>True when an operation that failed should be tried at another node without a pause.</summary>
    /// <param name="error">Why it failed. The node has been left by now.</param>
    /// <param name="switches">How often it changed node already since its last pause.</param>
    public bool MaySwitch(NacreException error, int switches) =>
        error.LeavesNode && switches < _nodes.Length - 1 && !_current.IsLeft;

    /// <summary>A node failed: new operations go to another.</summary>
    public void Leave(RpcChannel node, NacreException error)
    {
        RpcChannel next;
        bool isCurrent;
        lock (_gate)
        {
            if (_nodes.Length == 1 || !_nodes.Contains(node))
            {
                return;
            }

            node.MarkLeft(error);
            isCurrent = ReferenceEquals(_current, node);
            next = isCurrent ? NextAfter(node) : _current;
            _current = next;
        }

        _watch.Hasten();
        if (!ReferenceEquals(next, node))
        {
            Left?.Invoke(node, error);
            if (isCurrent)
            {
                Changed(node, next, error);
            }
        }
    }

    /// <summary>A node that was left has answered.</summary>
    public void Return(RpcChannel node)
    {
        RpcChannel? left = null;
        lock (_gate)
        {
            if (!node.IsLeft)
            {
                return;
            }

            node.MarkGood();
            if (_current.IsLeft && _nodes.Contains(node))
            {
                left = _current;
                _current = node;
            }
        }

        if (_logger is not null)
        {
            Log.NodeReturned(_logger, node.Endpoint);
        }

        if (left is not null)
        {
            Changed(left, node, left.LastError!);
        }
    }

    /// <summary>An answer says that what is known of the cluster has grown old: asks anew, soon.</summary>
    public void Suspect() => _watch.Suspect();

    /// <summary>Takes what the server says about the cluster.</summary>
    /// <param name="account">What it says.</param>
    /// <param name="isSuspect">True: something of what was known proved wrong.</param>
    public void Learn(Wire.AccountInfo account, bool isSuspect)
    {
        Learn(account.ClientEndpoints);
        Discovered?.Invoke(account, isSuspect);
    }

    /// <summary>Takes what the server says about the cluster's nodes; an empty list says nothing.</summary>
    /// <param name="endpoints">Addresses, in the order of the nodes' ids.</param>
    public void Learn(IReadOnlyList<string> endpoints)
    {
        if (endpoints.Count == 0)
        {
            return;
        }

        RpcChannel left;
        RpcChannel next;
        RpcChannel[] retired;
        Uri[] wanted = [.. _connection.Endpoints.Concat(endpoints.Select(Accept).OfType<Uri>()).Distinct()];
        lock (_gate)
        {
            RpcChannel[] before = _nodes;
            if (wanted.SequenceEqual(before.Select(node => node.Endpoint)))
            {
                return;
            }

            // A node that was the only one has patient connections, and gets others: it is dialled anew, once.
            RpcChannel[] after = [.. wanted.Select(endpoint =>
                before.Concat(_retired).FirstOrDefault(node => node.Endpoint == endpoint && !node.IsAlone) ?? Open(endpoint, alone: false))];
            retired = [.. before.Except(after)];
            _retired.AddRange(retired);
            _retired.RemoveAll(after.Contains);
            _nodes = after;
            left = _current;
            next = after.FirstOrDefault(node => node.Endpoint == left.Endpoint && !node.IsLeft)
                ?? after.FirstOrDefault(node => !node.IsLeft) ?? after[0];
            _current = next;
        }

        if (_logger is not null)
        {
            Log.NodesLearned(_logger, string.Join(", ", wanted.Select(endpoint => endpoint.ToString())));
        }

        foreach (RpcChannel node in retired)
        {
            Left?.Invoke(node, NoLongerNamed);
        }

        if (left.Endpoint != next.Endpoint)
        {
            Changed(left, next, NoLongerNamed);
        }
    }

    /// <summary>True when a node that was left may be dialled: its pause is over, or there is no other.</summary>
    public bool MayDial(RpcChannel node) => !node.IsLeft || node.PauseLeft == TimeSpan.Zero || _current.IsLeft;

    /// <summary>Where no node can be reached, an error that names them all; else the error itself.</summary>
    public NacreException Explain(NacreException error)
    {
        RpcChannel[] nodes = _nodes;
        return error.Code is NacreErrorCode.ConnectionFailed && nodes.Length > 1 && Array.TrueForAll(nodes, node => node.IsLeft)
            ? new NacreException(
                NacreErrorCode.ConnectionFailed,
                $"None of the {nodes.Length} known nodes answers. {string.Join(' ', nodes.Select(node => $"{node.Endpoint}: {node.LastError!.Message}"))}",
                error)
            : error;
    }

    public async ValueTask DisposeAsync()
    {
        await _watch.DisposeAsync().ConfigureAwait(false);
        foreach (RpcChannel node in _nodes.Concat(_retired))
        {
            node.Dispose();
        }

        _credentials.Dispose();
    }

    private RpcChannel Open(Uri endpoint, bool alone) => new(endpoint, alone, this, _trust, _credentials, _options);

    /// <summary>The next good node; where all are left, the one that failed least often.</summary>
    private RpcChannel NextAfter(RpcChannel node)
    {
        int index = Array.IndexOf(_nodes, node);
        RpcChannel[] ring = [.. _nodes[(index + 1)..], .. _nodes[..(index + 1)]];
        return Array.Find(ring, candidate => !candidate.IsLeft) ?? ring.MinBy(candidate => candidate.Failures)!;
    }

    private void Changed(RpcChannel left, RpcChannel next, NacreException error)
    {
        NacreDiagnostics.NodeSwitched(error.Code);
        if (_logger is not null)
        {
            Log.NodeChanged(_logger, left.Endpoint, next.Endpoint, error.Message);
        }
    }

    /// <summary>Whoever may be dialled proves itself by the same authorities and its name, as the first node does; but never in clear text.</summary>
    private Uri? Accept(string endpoint)
    {
        if (Uri.TryCreate(endpoint, UriKind.Absolute, out Uri? uri) && uri.Scheme == Uri.UriSchemeHttps && uri.PathAndQuery == "/" && uri.UserInfo.Length == 0)
        {
            return uri;
        }

        if (_logger is not null)
        {
            Log.NodeIgnored(_logger, endpoint);
        }

        return null;
    }
}
