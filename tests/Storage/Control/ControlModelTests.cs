using CsCheck;
using Nacre.Core.Commands;
using Nacre.Core.Control;
using Nacre.Core.Documents;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.StateMachines;

namespace Nacre.Storage.Tests.Control;

/// <summary>Random commands, checkpoints, crashes and damage against a model made of dictionaries.</summary>
[TestFixture]
public sealed class ControlModelTests
{
    private static readonly string[] Names = ["a", "b", "c"];

    private static readonly PartitionKeyDefinition Key = PartitionKeyDefinition.Create("/k").Value;

    private static readonly Gen<string> Name = Gen.Int[0, 2].Select(at => Names[at]);

    private static readonly Gen<Action<Pair>> Step = Gen.Frequency(
        (4, Name.Select(name => (Action<Pair>)(pair => pair.Run(new CreateDatabase(name, KeyDomainId.Shared), model => model.CreateDatabase(name))))),
        (2, Name.Select(name => (Action<Pair>)(pair => pair.Run(new DeleteDatabase(name, default), model => model.DeleteDatabase(name))))),
        (6, Gen.Select(Name, Name, Gen.UInt[0, 5], (database, name, ranges) => (Action<Pair>)(pair =>
            pair.Run(new CreateContainer(database, name, Key, ranges), model => model.CreateContainer(database, name, ranges))))),
        (4, Gen.Select(Name, Name, (database, name) => (Action<Pair>)(pair =>
            pair.Run(new DeleteContainer(database, name, default), model => model.DeleteContainer(database, name))))),
        (4, Gen.ULong[1, 12].Select(id => (Action<Pair>)(pair => pair.Run(new ContainerReady(new ContainerId(id)), model => model.Ready(id))))),
        (4, Gen.ULong[1, 12].Select(id => (Action<Pair>)(pair => pair.Run(new ContainerGone(new ContainerId(id)), model => model.Gone(id))))),
        (2, Gen.ULong[1, 8].Select(id => (Action<Pair>)(pair => pair.Run(new DatabaseGone(new DatabaseId(id)), model => model.DatabaseGone(id))))),
        (2, Gen.Int[0, ControlBench.Sets.Length - 1].Select(at => (Action<Pair>)(pair => pair.Configure(ControlBench.Sets[at])))),
        (2, Gen.Const((Action<Pair>)(pair => pair.Bench.Machine.BeginCheckpoint().GetAwaiter().GetResult()))),
        (2, Gen.ULong.Select(seed => (Action<Pair>)(pair => pair.Crash(seed)))));

    [Test]
    public void Machine_OfAnyCommandsAndCrashes_EqualsTheModel() => Step.Array[1, 60].Sample(
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

    /// <summary>The machine and its model, side by side.</summary>
    private sealed class Pair
    {
        private readonly Model _model = new();

        public ControlBench Bench { get; } = ControlBench.Created();

        public void Run(ControlCommand command, Func<Model, ErrorCode> expected)
        {
            CommandOutcome outcome = Bench.Run(command);
            Assert.That(outcome.Code, Is.EqualTo(expected(_model)), $"{command}");
        }

        public void Configure(ReplicaSet set)
        {
            Bench.Configure(set);
            _model.Set = (Bench.Machine.Applied, set);
        }

        public void Crash(ulong seed)
        {
            Bench.Files.Crash();
            Bench.Files = Bench.Files.Reboot(seed);
            Bench.Restart();
        }

        public void Compare()
        {
            Catalog catalog = Bench.Catalog;
            Assert.Multiple(() =>
            {
                Assert.That(catalog.Databases.Select(database => (database.Name, database.Id.Value)), Is.EqualTo(_model.Databases.Select(pair => (pair.Key, pair.Value.Id))));
                Assert.That(catalog.DeletingDatabases.Select(database => database.Id.Value), Is.EqualTo(_model.DeletingDatabases));
                Assert.That(catalog.DeletingContainers.Select(container => container.Id.Value), Is.EqualTo(_model.DeletingContainers.Keys));
                Assert.That(
                    catalog.Databases.SelectMany(database => database.Containers.Select(container => (database.Name, container.Name, container.Id.Value, container.State == ResourceState.Ready, container.Ranges.Length))),
                    Is.EqualTo(_model.Databases.SelectMany(database => database.Value.Containers.Select(container => (database.Key, container.Key, container.Value.Id, container.Value.IsReady, container.Value.Ranges)))));
            });
            LoggedReplicaSet? applied = Bench.Machine.AppliedSet;
            Assert.That((applied?.Index ?? default, applied?.Set.ToString()), Is.EqualTo((_model.Set.Index, _model.Set.Set?.ToString())));
            ulong[] ranges = [.. catalog.Databases.SelectMany(database => database.Containers).Concat(catalog.DeletingContainers).SelectMany(container => container.Ranges).Select(range => range.Id.Value)];
            Assert.That(ranges, Is.Unique);
        }
    }

    private sealed class Model
    {
        private ulong _databases;
        private ulong _containers;

        public SortedDictionary<string, (ulong Id, SortedDictionary<string, (ulong Id, bool IsReady, int Ranges)> Containers)> Databases { get; } = new(StringComparer.Ordinal);

        public (LogIndex Index, ReplicaSet? Set) Set { get; set; }

        public SortedSet<ulong> DeletingDatabases { get; } = [];

        public SortedDictionary<ulong, ulong> DeletingContainers { get; } = [];

        public ErrorCode CreateDatabase(string name)
        {
            if (Databases.ContainsKey(name))
            {
                return ErrorCode.AlreadyExists;
            }

            Databases[name] = (++_databases, new(StringComparer.Ordinal));
            return ErrorCode.None;
        }

        public ErrorCode DeleteDatabase(string name)
        {
            if (!Databases.Remove(name, out var database))
            {
                return ErrorCode.NotFound;
            }

            DeletingDatabases.Add(database.Id);
            foreach (var container in database.Containers.Values)
            {
                DeletingContainers.Add(container.Id, database.Id);
            }

            return ErrorCode.None;
        }

        public ErrorCode CreateContainer(string database, string name, uint ranges)
        {
            if (!Databases.TryGetValue(database, out var parent))
            {
                return ErrorCode.NotFound;
            }

            return parent.Containers.TryAdd(name, (_containers + 1, false, ranges == 0 ? 4 : (int)ranges)) && ++_containers > 0
                ? ErrorCode.None
                : ErrorCode.AlreadyExists;
        }

        public ErrorCode DeleteContainer(string database, string name)
        {
            if (!Databases.TryGetValue(database, out var parent) || !parent.Containers.Remove(name, out var container))
            {
                return ErrorCode.NotFound;
            }

            DeletingContainers.Add(container.Id, parent.Id);
            return ErrorCode.None;
        }

        public ErrorCode Ready(ulong id)
        {
            foreach (var (_, containers) in Databases.Values)
            {
                foreach ((string name, var container) in containers)
                {
                    if (container.Id == id)
                    {
                        containers[name] = container with { IsReady = true };
                        return ErrorCode.None;
                    }
                }
            }

            return DeletingContainers.ContainsKey(id) ? ErrorCode.PreconditionFailed : ErrorCode.NotFound;
        }

        public ErrorCode Gone(ulong id)
        {
            if (DeletingContainers.Remove(id))
            {
                return ErrorCode.None;
            }

            return Databases.Values.Any(database => database.Containers.Values.Any(container => container.Id == id))
                ? ErrorCode.PreconditionFailed
                : ErrorCode.NotFound;
        }

        public ErrorCode DatabaseGone(ulong id)
        {
            if (!DeletingDatabases.Contains(id))
            {
                return Databases.Values.Any(database => database.Id == id) ? ErrorCode.PreconditionFailed : ErrorCode.NotFound;
            }

            if (DeletingContainers.ContainsValue(id))
            {
                return ErrorCode.PreconditionFailed;
            }

            DeletingDatabases.Remove(id);
            return ErrorCode.None;
        }
    }
}
