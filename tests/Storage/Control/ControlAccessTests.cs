using CsCheck;
using Nacre.Core.Control;
using Nacre.Core.Documents;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.StateMachines;

namespace Nacre.Storage.Tests.Control;

/// <summary>Users, permissions and token keys: refusals one by one, then random histories against a model.</summary>
[TestFixture]
public sealed class ControlAccessTests
{
    private static readonly PartitionKeyDefinition Levels = PartitionKeyDefinition.Create("/a", "/b").Value;

    private static readonly string[] Names = ["a", "b"];

    private static readonly Gen<string> Name = Gen.Int[0, 1].Select(at => Names[at]);

    private static readonly Gen<PermissionTarget> Wanted = Gen.Select(Name, Name, Gen.Int[0, 2], Gen.Bool, (database, container, levels, all) =>
        Target($"dbs/{database}/colls/{container}", levels, all ? PermissionMode.All : PermissionMode.Read));

    private static readonly Gen<Action<Pair>> Step = Gen.Frequency(
        (2, Name.Select(name => (Action<Pair>)(pair => pair.CreateDatabase(name)))),
        (1, Name.Select(name => (Action<Pair>)(pair => pair.DeleteDatabase(name)))),
        (4, Gen.Select(Name, Name, (database, name) => (Action<Pair>)(pair => pair.CreateContainer(database, name)))),
        (2, Gen.Select(Name, Name, (database, name) => (Action<Pair>)(pair => pair.DeleteContainer(database, name)))),
        (4, Gen.Select(Name, Name, (database, name) => (Action<Pair>)(pair => pair.CreateUser(database, name)))),
        (2, Gen.Select(Name, Name, (database, name) => (Action<Pair>)(pair => pair.DeleteUser(database, name)))),
        (8, Gen.Select(Name, Name, Name, Wanted, (database, user, name, target) => (Action<Pair>)(pair => pair.Create(database, user, name, target)))),
        (4, Gen.Select(Name, Name, Name, Wanted, (database, user, name, target) => (Action<Pair>)(pair => pair.Replace(database, user, name, target)))),
        (2, Gen.Select(Name, Name, Name, (database, user, name) => (Action<Pair>)(pair => pair.Delete(database, user, name)))),
        (1, Gen.Const((Action<Pair>)(pair => pair.Bench.Machine.BeginCheckpoint().GetAwaiter().GetResult()))),
        (1, Gen.ULong.Select(seed => (Action<Pair>)(pair => pair.Crash(seed)))));

    private ControlBench _bench = null!;

    [SetUp]
    public void Fill()
    {
        _bench = ControlBench.Created();
        _bench.Run(new CreateDatabase("d", KeyDomainId.Shared));
        _bench.Run(new CreateContainer("d", "c", Levels, 1));
        _bench.Run(new ContainerReady(new ContainerId(1)));
        _bench.Run(new CreateUser("d", "u"));
        _bench.Run(new CreatePermission("d", "u", "p", Target("dbs/d/colls/c", 1)));
    }

    [Test]
    public void Machine_OfAnyCommandsAndCrashes_EqualsTheModel() => Step.Array[1, 80].Sample(
        steps =>
        {
            var pair = new Pair();
            foreach (Action<Pair> step in steps)
            {
                step(pair);
                pair.Compare();
            }
        },
        iter: 300);

    [Test]
    public void CreateUser_Refusals_AreTold()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Run(new CreateUser("none", "u")), Is.EqualTo(ErrorCode.NotFound));
            Assert.That(Run(new CreateUser("d", "u")), Is.EqualTo(ErrorCode.AlreadyExists));
            Assert.That(Run(new CreateUser("d", "U")), Is.EqualTo(ErrorCode.None), "names are compared as they stand");
            Assert.That(Run(new CreateUser("d", "")), Is.EqualTo(ErrorCode.Malformed));
            Assert.That(Run(new CreateUser("d", "a/b")), Is.EqualTo(ErrorCode.Malformed));
            Assert.That(Run(new CreateUser("d", new string('u', 1024))), Is.EqualTo(ErrorCode.TooLarge));
            Assert.That(Run(new DeleteUser("d", "none", default)), Is.EqualTo(ErrorCode.NotFound));
            Assert.That(Run(new DeleteUser("d", "u", new Sequence(999))), Is.EqualTo(ErrorCode.PreconditionFailed));
        }
    }

    [Test]
    public void CreatePermission_Refusals_AreTold()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Create("p", Target("dbs/d/colls/c", 2)), Is.EqualTo(ErrorCode.AlreadyExists), "the name");
            Assert.That(Create("q", Target("dbs/d/colls/c", 1, PermissionMode.Read)), Is.EqualTo(ErrorCode.AlreadyExists), "the resource");
            Assert.That(Create("q", Target("dbs/d/colls/none", 0)), Is.EqualTo(ErrorCode.NotFound));
            Assert.That(Run(new CreatePermission("d", "none", "q", Target("dbs/d/colls/c", 0))), Is.EqualTo(ErrorCode.NotFound));
            Assert.That(Run(new CreatePermission("none", "u", "q", Target("dbs/none/colls/c", 0))), Is.EqualTo(ErrorCode.NotFound));
            Assert.That(Create("q", Target("dbs/other/colls/c", 0)), Is.EqualTo(ErrorCode.Malformed));
            Assert.That(Create("q", Target("dbs/d/colls/c", 3)), Is.EqualTo(ErrorCode.Malformed));
            Assert.That(Create("q", Target("dbs/d/colls/c/docs/1", 1)), Is.EqualTo(ErrorCode.Malformed));
            Assert.That(Create("a/b", Target("dbs/d/colls/c", 0)), Is.EqualTo(ErrorCode.Malformed));
            Assert.That(Create("q", Target("dbs/d/colls/c/docs/1", 2)), Is.EqualTo(ErrorCode.None));
            Assert.That(Create("r", Target("dbs/d/colls/c", 0)), Is.EqualTo(ErrorCode.None), "the whole beside a part of it");
        }
    }

    [Test]
    public void CreatePermission_ForAContainerThatIsNotReady_IsNotFound()
    {
        _bench.Run(new CreateContainer("d", "new", Levels, 1));

        Assert.That(Create("q", Target("dbs/d/colls/new", 0)), Is.EqualTo(ErrorCode.NotFound));
    }

    [Test]
    public void CreatePermission_OneTooMany_IsTooLarge()
    {
        for (int i = 1; i < PermissionRecord.MaxOfUser; i++)
        {
            Assert.That(Create($"p{i}", Target($"dbs/d/colls/c/docs/{i}", 2)), Is.EqualTo(ErrorCode.None));
        }

        Assert.That(Create("more", Target("dbs/d/colls/c/docs/more", 2)), Is.EqualTo(ErrorCode.TooLarge));
    }

    [Test]
    public void ReplacePermission_BySame_GivesItAnotherVersionAndTheSameId()
    {
        PermissionRecord before = _bench.Catalog.Permissions.Values.Single();

        ErrorCode stale = Run(new ReplacePermission("d", "u", "p", before.Target, new Sequence(before.Version.Value + 99)));
        ErrorCode replaced = Run(new ReplacePermission("d", "u", "p", before.Target, before.Version));
        PermissionRecord after = _bench.Catalog.Permissions.Values.Single();

        Assert.That(stale, Is.EqualTo(ErrorCode.PreconditionFailed));
        Assert.That(replaced, Is.EqualTo(ErrorCode.None));
        Assert.That(after.Id, Is.EqualTo(before.Id));
        Assert.That(after.Version, Is.GreaterThan(before.Version));
        Assert.That(after.Created, Is.EqualTo(before.Created));
    }

    [Test]
    public void ReplacePermission_ByTheResourceOfAnother_IsAlreadyThere()
    {
        Create("q", Target("dbs/d/colls/c", 2));

        Assert.That(Run(new ReplacePermission("d", "u", "q", Target("dbs/d/colls/c", 1), default)), Is.EqualTo(ErrorCode.AlreadyExists));
        Assert.That(Run(new ReplacePermission("d", "u", "none", Target("dbs/d/colls/c", 0), default)), Is.EqualTo(ErrorCode.NotFound));
    }

    [Test]
    public void DeleteContainer_MadeAgain_HasNoPermissions()
    {
        _bench.Run(new DeleteContainer("d", "c", default));
        Assert.That(_bench.Catalog.Permissions, Is.Empty);

        _bench.Run(new CreateContainer("d", "c", Levels, 1));
        _bench.Run(new ContainerReady(new ContainerId(2)));

        Assert.That(_bench.Catalog.FindUser("d", "u")!.Permissions, Is.Empty);
        Assert.That(Create("p", Target("dbs/d/colls/c", 1)), Is.EqualTo(ErrorCode.None));
        Assert.That(_bench.Catalog.Permissions.Values.Single().Container, Is.EqualTo(new ContainerId(2)));
    }

    [Test]
    public void SetTokenKey_OneAfterTheOther_KeepsTwoAndCanDropAll()
    {
        var key = new byte[] { 1 };

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Run(new SetTokenKey(2, key, true, default)), Is.EqualTo(ErrorCode.Malformed), "not the next");
            Assert.That(Run(new SetTokenKey(1, key, true, default)), Is.EqualTo(ErrorCode.None));
            Assert.That(Run(new SetTokenKey(2, key, true, default)), Is.EqualTo(ErrorCode.PreconditionFailed));
            Assert.That(Run(new SetTokenKey(2, key, true, Newest())), Is.EqualTo(ErrorCode.None));
            Assert.That(Generations(), Is.EqualTo(new uint[] { 1, 2 }));
            Assert.That(Run(new SetTokenKey(3, key, true, Newest())), Is.EqualTo(ErrorCode.None));
            Assert.That(Generations(), Is.EqualTo(new uint[] { 2, 3 }));
            Assert.That(Run(new SetTokenKey(2, new byte[] { 9 }, true, _bench.Catalog.TokenKeys[0].Version)), Is.EqualTo(ErrorCode.None), "sealed anew");
            Assert.That(_bench.Catalog.TokenKeys[0].Sealed.ToArray(), Is.EqualTo(new byte[] { 9 }));
            Assert.That(Run(new SetTokenKey(1, key, true, Newest())), Is.EqualTo(ErrorCode.Malformed), "one that is gone");
            Assert.That(Run(new SetTokenKey(4, Array.Empty<byte>(), true, Newest())), Is.EqualTo(ErrorCode.Malformed));
            Assert.That(Run(new SetTokenKey(4, key, false, Newest())), Is.EqualTo(ErrorCode.None));
            Assert.That(Generations(), Is.EqualTo(new uint[] { 4 }));
        }
    }

    private static PermissionTarget Target(string path, int levels, PermissionMode mode = PermissionMode.All) =>
        new(mode, ResourcePath.Parse(path).Value, new PartitionKey([.. Enumerable.Repeat(PartitionKeyValue.Of("x"), levels)]));

    private ErrorCode Create(string name, PermissionTarget target) => Run(new CreatePermission("d", "u", name, target));

    private ErrorCode Run(ControlCommand command) => _bench.Run(command).Code;

    private Sequence Newest() => _bench.Catalog.TokenKeys[^1].Version;

    private uint[] Generations() => [.. _bench.Catalog.TokenKeys.Select(key => key.Generation)];

    /// <summary>The machine and a model made of dictionaries, side by side.</summary>
    private sealed class Pair
    {
        private readonly Dictionary<string, Dictionary<string, ulong>> _containers = [];
        private readonly SortedDictionary<(string Database, string User), SortedDictionary<string, (PermissionTarget Target, ulong Container)>> _users = [];
        private ulong _lastContainer;

        public ControlBench Bench { get; } = ControlBench.Created();

        public void CreateDatabase(string name) =>
            Run(new CreateDatabase(name, KeyDomainId.Shared), _containers.TryAdd(name, []) ? ErrorCode.None : ErrorCode.AlreadyExists);

        public void DeleteDatabase(string name)
        {
            Run(new DeleteDatabase(name, default), _containers.Remove(name) ? ErrorCode.None : ErrorCode.NotFound);
            foreach ((string Database, string User) key in _users.Keys.Where(key => key.Database == name).ToArray())
            {
                _users.Remove(key);
            }
        }

        public void CreateContainer(string database, string name)
        {
            ErrorCode expected = !_containers.TryGetValue(database, out Dictionary<string, ulong>? siblings) ? ErrorCode.NotFound
                : siblings.TryAdd(name, _lastContainer + 1) ? ErrorCode.None : ErrorCode.AlreadyExists;
            Run(new CreateContainer(database, name, Levels, 1), expected);
            if (expected == ErrorCode.None)
            {
                Run(new ContainerReady(new ContainerId(++_lastContainer)), ErrorCode.None);
            }
        }

        public void DeleteContainer(string database, string name)
        {
            ulong id = 0;
            bool isThere = _containers.TryGetValue(database, out Dictionary<string, ulong>? siblings) && siblings.Remove(name, out id);
            Run(new DeleteContainer(database, name, default), isThere ? ErrorCode.None : ErrorCode.NotFound);
            foreach (SortedDictionary<string, (PermissionTarget, ulong Container)> permissions in _users.Values)
            {
                foreach (string gone in permissions.Where(permission => isThere && permission.Value.Container == id).Select(permission => permission.Key).ToArray())
                {
                    permissions.Remove(gone);
                }
            }
        }

        public void CreateUser(string database, string name) => Run(
            new CreateUser(database, name),
            !_containers.ContainsKey(database) ? ErrorCode.NotFound
            : _users.TryAdd((database, name), new(StringComparer.Ordinal)) ? ErrorCode.None : ErrorCode.AlreadyExists);

        public void DeleteUser(string database, string name) =>
            Run(new DeleteUser(database, name, default), _users.Remove((database, name)) ? ErrorCode.None : ErrorCode.NotFound);

        public void Create(string database, string user, string name, PermissionTarget target)
        {
            ErrorCode expected = Bind(database, user, target, out ulong container);
            if (expected == ErrorCode.None)
            {
                var permissions = _users[(database, user)];
                expected = permissions.ContainsKey(name) || permissions.Values.Any(other => IsSame(other, target, container)) ? ErrorCode.AlreadyExists : ErrorCode.None;
                if (expected == ErrorCode.None)
                {
                    permissions.Add(name, (target, container));
                }
            }

            Run(new CreatePermission(database, user, name, target), expected);
        }

        public void Replace(string database, string user, string name, PermissionTarget target)
        {
            ErrorCode expected = ErrorCode.NotFound;
            if (_users.TryGetValue((database, user), out var permissions) && permissions.ContainsKey(name))
            {
                expected = Bind(database, user, target, out ulong container);
                if (expected == ErrorCode.None && permissions.Any(other => other.Key != name && IsSame(other.Value, target, container)))
                {
                    expected = ErrorCode.AlreadyExists;
                }
                else if (expected == ErrorCode.None)
                {
                    permissions[name] = (target, container);
                }
            }

            Run(new ReplacePermission(database, user, name, target, default), expected);
        }

        public void Delete(string database, string user, string name) => Run(
            new DeletePermission(database, user, name, default),
            _users.TryGetValue((database, user), out var permissions) && permissions.Remove(name) ? ErrorCode.None : ErrorCode.NotFound);

        public void Crash(ulong seed)
        {
            Bench.Files.Crash();
            Bench.Files = Bench.Files.Reboot(seed);
            Bench.Restart();
        }

        public void Compare()
        {
            Catalog catalog = Bench.Catalog;
            var found = catalog.Databases
                .SelectMany(database => catalog.UsersOf(database.Id).Values.Select(user => (database.Name, User: user)))
                .SelectMany(pair => pair.User.Permissions.Select(permission => (pair.Name, pair.User.Name, permission.Name, permission.Target, permission.Container.Value)));
            var expected = _users.SelectMany(user => user.Value.Select(permission =>
                (user.Key.Database, user.Key.User, permission.Key, permission.Value.Target, permission.Value.Container)));
            Assert.That(found, Is.EqualTo(expected));
            Assert.That(catalog.Users.Values.Sum(users => users.Count), Is.EqualTo(_users.Count));
            Assert.That(
                catalog.Permissions.Values.OrderBy(permission => permission.Id),
                Is.EqualTo(catalog.Users.Values.SelectMany(users => users.Values).SelectMany(user => user.Permissions).OrderBy(permission => permission.Id)),
                "the index holds what the users have");
        }

        private static bool IsSame((PermissionTarget Target, ulong Container) other, PermissionTarget target, ulong container) =>
            other.Container == container && other.Target.Resource == target.Resource && other.Target.PartitionKey == target.PartitionKey;

        private ErrorCode Bind(string database, string user, PermissionTarget target, out ulong container)
        {
            container = 0;
            return target.Resource.Database != database ? ErrorCode.Malformed
                : !_users.ContainsKey((database, user)) || !_containers[database].TryGetValue(target.Resource.Container, out container) ? ErrorCode.NotFound
                : ErrorCode.None;
        }

        private void Run(ControlCommand command, ErrorCode expected)
        {
            CommandOutcome outcome = Bench.Run(command);
            Assert.That(outcome.Code, Is.EqualTo(expected), $"{command}");
        }
    }
}
