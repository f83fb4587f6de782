using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Nacre.Core.Commands;
using Nacre.Core.Control;
using Nacre.Core.Ids;
using Nacre.Core.Indexing;

namespace Nacre.Storage.Control;

/// <summary>Puts a state together from its records, and refuses what cannot be one.</summary>
internal sealed class ControlStateBuilder
{
    private readonly SortedDictionary<KeyDomainId, KeyDomainRecord> _domains = [];
    private readonly SortedDictionary<string, DatabaseRecord> _databases = new(StringComparer.Ordinal);
    private readonly SortedDictionary<DatabaseId, DatabaseRecord> _deletingDatabases = [];
    private readonly SortedDictionary<DatabaseId, SortedDictionary<string, ContainerRecord>> _containers = [];
    private readonly SortedDictionary<ContainerId, ContainerRecord> _deletingContainers = [];
    private readonly SortedDictionary<AccountKeyKind, AccountKeyRecord> _keys = [];
    private readonly SortedDictionary<string, SettingRecord> _settings = new(StringComparer.Ordinal);
    private readonly ImmutableSortedDictionary<UInt128, ClientOutcomes>.Builder _clients =
        ImmutableSortedDictionary.CreateBuilder<UInt128, ClientOutcomes>();

    private readonly SortedDictionary<UserId, UserRecord> _users = [];
    private readonly HashSet<(DatabaseId, string)> _userNames = [];
    private readonly SortedDictionary<UserId, SortedDictionary<string, PermissionRecord>> _permissions = [];
    private readonly ImmutableDictionary<PermissionId, PermissionRecord>.Builder _permissionsById =
        ImmutableDictionary.CreateBuilder<PermissionId, PermissionRecord>();
    private readonly ImmutableArray<TokenKeyRecord>.Builder _tokenKeys = ImmutableArray.CreateBuilder<TokenKeyRecord>();
    private readonly ImmutableArray<ClusterNode>.Builder _nodes = ImmutableArray.CreateBuilder<ClusterNode>();
    private readonly ImmutableArray<JoinTokenRecord>.Builder _joinTokens = ImmutableArray.CreateBuilder<JoinTokenRecord>();

    private ContainerRecord? _lastContainer;
    private LoggedReplicaSet? _replicaSet;
    private ControlState? _head;

    /// <summary>Takes the head; once.</summary>
    public bool TryBegin(ControlState head)
    {
        bool isFirst = _head is null;
        _head = head;
        return isFirst;
    }

    /// <summary>Takes a key domain.</summary>
    public bool TryAdd(KeyDomainRecord domain) => _domains.TryAdd(domain.Id, domain);

    /// <summary>Takes a database.</summary>
    public bool TryAdd(DatabaseRecord database) => database.State switch
    {
        ResourceState.Ready => _databases.TryAdd(database.Name, database) && _containers.TryAdd(database.Id, new(StringComparer.Ordinal)),
        ResourceState.Deleting => _deletingDatabases.TryAdd(database.Id, database),
        _ => false,
    };

    /// <summary>Takes a container.</summary>
    public bool TryAdd(ContainerRecord container)
    {
        _lastContainer = container;
        return TryPlace(container);
    }

    /// <summary>Takes the indexing policy of the container taken last; once.</summary>
    public bool TryAddIndexing(ContainerId id, IndexingPolicy policy, bool pending)
    {
        if (_lastContainer is not { Indexing: null } container || container.Id != id)
        {
            return false;
        }

        bool removed = container.State == ResourceState.Deleting
            ? _deletingContainers.Remove(id)
            : _containers[container.Database].Remove(container.Name);
        return removed && TryAdd(container with { Indexing = policy, IndexingPending = pending });
    }

    private bool TryPlace(ContainerRecord container) => container.State switch
    {
        ResourceState.Creating or ResourceState.Ready =>
            _containers.TryGetValue(container.Database, out SortedDictionary<string, ContainerRecord>? siblings) &&
            siblings.TryAdd(container.Name, container),
        ResourceState.Deleting => _deletingContainers.TryAdd(container.Id, container),
        _ => false,
    };

    /// <summary>Takes an account key.</summary>
    public bool TryAdd(AccountKeyRecord key) => _keys.TryAdd(key.Kind, key);

    /// <summary>Takes a user, whose permissions follow.</summary>
    public bool TryAdd(UserRecord user) =>
        _containers.ContainsKey(user.Database) && _userNames.Add((user.Database, user.Name)) &&
        _users.TryAdd(user.Id, user) && _permissions.TryAdd(user.Id, new(StringComparer.Ordinal));

    /// <summary>Takes a permission of a user that was taken, for a container that was taken.</summary>
    public bool TryAdd(PermissionRecord permission)
    {
        if (!_users.TryGetValue(permission.User, out UserRecord? user) ||
            !_containers[user.Database].TryGetValue(permission.Target.Resource.Container, out ContainerRecord? container) ||
            container.Id != permission.Container)
        {
            return false;
        }

        PermissionRecord whole = permission with { Database = user.Database };
        return _permissions[user.Id].TryAdd(permission.Name, whole) && _permissionsById.TryAdd(permission.Id, whole);
    }

    /// <summary>Takes a key of tokens; the newer of two comes second.</summary>
    public bool TryAdd(TokenKeyRecord key)
    {
        bool fits = _tokenKeys.Count == 0 ? key.Generation > 0 : _tokenKeys.Count == 1 && key.Generation > _tokenKeys[0].Generation;
        _tokenKeys.Add(key);
        return fits;
    }

    /// <summary>Takes a node, the next by id.</summary>
    public bool TryAdd(ClusterNode node)
    {
        bool fits = node.Id.Value == _nodes.Count + 1 && node.Region.Value > 0 &&
            node.State is >= ClusterNodeState.Active and <= ClusterNodeState.Removed && node.Kind is ReplicaKind.Voter or ReplicaKind.Learner;
        _nodes.Add(node);
        return fits;
    }

    /// <summary>Takes a join token, of a higher id than the one before.</summary>
    public bool TryAdd(JoinTokenRecord token)
    {
        bool fits = token.SecretHash.Length == CreateJoinToken.SecretHashBytes && token.Id > (_joinTokens.Count == 0 ? 0 : _joinTokens[^1].Id) &&
            token.KeyHash.Length == (token.IsUsed ? AddNode.KeyHashBytes : 0) && token.UsedBy.Value <= _nodes.Count;
        _joinTokens.Add(token);
        return fits;
    }

    /// <summary>Takes a setting.</summary>
    public bool TryAdd(SettingRecord setting) => _settings.TryAdd(setting.Name, setting);

    /// <summary>Takes a client.</summary>
    public bool TryAdd(UInt128 id, ClientOutcomes client) => _clients.TryAdd(id, client);

    /// <summary>Takes the applied replica set; once.</summary>
    public bool TryAdd(LoggedReplicaSet set)
    {
        bool isFirst = _replicaSet is null;
        _replicaSet = set;
        return isFirst;
    }

    /// <summary>Gives the state; false without a head, or with a replica set of an entry behind the head's.</summary>
    public bool TryBuild([NotNullWhen(true)] out ControlState? state)
    {
        state = _head is null || _replicaSet?.Index > _head.Catalog.Applied
            ? null
            : _head with
            {
                Catalog = _head.Catalog with
                {
                    KeyDomains = [.. _domains.Values],
                    Databases = [.. _databases.Values.Select(database => database with { Containers = [.. _containers[database.Id].Values] })],
                    DeletingDatabases = [.. _deletingDatabases.Values],
                    DeletingContainers = [.. _deletingContainers.Values],
                    AccountKeys = [.. _keys.Values],
                    Settings = [.. _settings.Values],
                    Users = _users.Values.GroupBy(user => user.Database).ToImmutableDictionary(group => group.Key, UsersOf),
                    Permissions = _permissionsById.ToImmutable(),
                    TokenKeys = _tokenKeys.ToImmutable(),
                    Nodes = _nodes.ToImmutable(),
                    JoinTokens = _joinTokens.ToImmutable(),
                },
                ReplicaSet = _replicaSet,
                Outcomes = _head.Outcomes with { Clients = _clients.ToImmutable() },
            };
        return state is not null;
    }

    private ImmutableSortedDictionary<string, UserRecord> UsersOf(IEnumerable<UserRecord> users) => users.ToImmutableSortedDictionary(
        user => user.Name, user => user with { Permissions = [.. _permissions[user.Id].Values] }, StringComparer.Ordinal);
}
