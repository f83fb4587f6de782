using System.Collections.Immutable;
using Nacre.Core.Control;
using Nacre.Core.Documents;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.StateMachines;

namespace Nacre.Storage.Control;

/// <content>Databases and containers.</content>
internal static partial class ControlRules
{
    private static CommandOutcome Execute(ref ControlState state, CreateDatabase command, Sequence version, DateTimeOffset time)
    {
        Catalog catalog = state.Catalog;
        if (ResourceNames.Check(command.Name) is { } badName)
        {
            return Refused(badName.Code, badName.Message);
        }

        if (!catalog.KeyDomains.Any(domain => domain.Id == command.Domain))
        {
            return Refused(ErrorCode.NotFound, $"There is no key domain {command.Domain}.");
        }

        int at = Catalog.PlaceOf(catalog.Databases, command.Name, static database => database.Name);
        if (at >= 0)
        {
            return Refused(ErrorCode.AlreadyExists, "A database of that name is there already.");
        }

        ulong id = state.NextDatabase;
        var database = new DatabaseRecord(new DatabaseId(id), command.Name, command.Domain, ResourceState.Ready, time, version, []);
        state = state with
        {
            NextDatabase = id + 1,
            Catalog = catalog with { Databases = catalog.Databases.Insert(~at, database) },
        };
        return Done(time, CommandEffect.Created, id);
    }

    private static CommandOutcome Execute(ref ControlState state, DeleteDatabase command, Sequence version, DateTimeOffset time)
    {
        Catalog catalog = state.Catalog;
        int at = Catalog.PlaceOf(catalog.Databases, command.Name, static database => database.Name);
        if (at < 0)
        {
            return NoDatabase();
        }

        DatabaseRecord database = catalog.Databases[at];
        if (!Matches(command.IfMatch, database.Version))
        {
            return Changed("The database");
        }

        DatabaseRecord deleting = database with { State = ResourceState.Deleting, Version = version, Containers = [] };
        state = state with
        {
            Catalog = WithoutUsers(catalog, database.Id) with
            {
                Databases = catalog.Databases.RemoveAt(at),
                DeletingDatabases = [.. catalog.DeletingDatabases.Append(deleting).OrderBy(each => each.Id)],
                DeletingContainers = WithDeleting(catalog, database.Containers, version),
            },
        };
        return Done(time, CommandEffect.None, database.Id.Value);
    }

    private static CommandOutcome Execute(ref ControlState state, DatabaseGone command, DateTimeOffset time)
    {
        Catalog catalog = state.Catalog;
        DatabaseRecord? database = catalog.DeletingDatabases.FirstOrDefault(each => each.Id == command.Id);
        if (database is null)
        {
            return catalog.Databases.Any(each => each.Id == command.Id)
                ? Refused(ErrorCode.PreconditionFailed, $"Database {command.Id} is not being deleted.")
                : Refused(ErrorCode.NotFound, $"There is no database {command.Id}.");
        }

        if (catalog.DeletingContainers.Any(container => container.Database == command.Id))
        {
            return Refused(ErrorCode.PreconditionFailed, $"Database {command.Id} has containers left.");
        }

        state = state with { Catalog = catalog with { DeletingDatabases = catalog.DeletingDatabases.Remove(database) } };
        return Done(time, CommandEffect.None, command.Id.Value);
    }

    private static CommandOutcome Execute(ref ControlState state, CreateContainer command, Sequence version, DateTimeOffset time)
    {
        Catalog catalog = state.Catalog;
        if (ResourceNames.Check(command.Name) is { } badName)
        {
            return Refused(badName.Code, badName.Message);
        }

        if (command.Ranges > Catalog.MaxRanges)
        {
            return Refused(ErrorCode.Malformed, $"A container has 1 to {Catalog.MaxRanges} ranges.");
        }

        if (catalog.FindDatabase(command.Database) is not { } database)
        {
            return NoDatabase();
        }

        int at = Catalog.PlaceOf(database.Containers, command.Name, static container => container.Name);
        if (at >= 0)
        {
            return Refused(ErrorCode.AlreadyExists, "A container of that name is there already.");
        }

        ulong id = state.NextContainer;
        ImmutableArray<RangeRecord> ranges = PlaceRanges(state, new ContainerId(id), command.Ranges);
        var container = new ContainerRecord(
            new ContainerId(id), database.Id, command.Name, command.PartitionKey, ResourceState.Creating, ranges, time, version)
        {
            Indexing = command.Indexing,
        };
        state = state with
        {
            NextContainer = id + 1,
            NextRange = state.NextRange + (ulong)ranges.Length,
            Catalog = WithContainers(catalog, database, database.Containers.Insert(~at, container)),
        };
        return Done(time, CommandEffect.Created, id);
    }

    private static CommandOutcome Execute(ref ControlState state, ContainerReady command, Sequence version, DateTimeOffset time)
    {
        Catalog catalog = state.Catalog;
        if (Find(catalog, command.Id) is not ({ } database, var at))
        {
            return NotServing(catalog, command.Id);
        }

        ContainerRecord container = database.Containers[at];
        if (container.State == ResourceState.Creating)
        {
            container = container with { State = ResourceState.Ready, Version = version };
            state = state with { Catalog = WithContainers(catalog, database, database.Containers.SetItem(at, container)) };
        }

        return Done(time, CommandEffect.None, command.Id.Value);
    }

    private static CommandOutcome Execute(
        ref ControlState state, SetContainerIndexing command, Sequence version, DateTimeOffset time)
    {
        Catalog catalog = state.Catalog;
        if (catalog.FindDatabase(command.Database) is not { } database)
        {
            return NoDatabase();
        }

        int at = Catalog.PlaceOf(database.Containers, command.Name, static container => container.Name);
        if (at < 0)
        {
            return Refused(ErrorCode.NotFound, "There is no container of that name.");
        }

        ContainerRecord container = database.Containers[at];
        if (!Matches(command.IfMatch, container.Version))
        {
            return Changed("The container");
        }

        if (container.State != ResourceState.Ready)
        {
            return Refused(ErrorCode.PreconditionFailed, "The container is still being made.");
        }

        if (container.Indexing != command.Policy)
        {
            container = container with { Indexing = command.Policy, IndexingPending = true, Version = version };
            state = state with { Catalog = WithContainers(catalog, database, database.Containers.SetItem(at, container)) };
        }

        return Done(time, CommandEffect.None, container.Id.Value);
    }

    private static CommandOutcome Execute(ref ControlState state, ContainerIndexingSet command, DateTimeOffset time)
    {
        Catalog catalog = state.Catalog;
        if (Find(catalog, command.Id) is not ({ } database, var at))
        {
            return NotServing(catalog, command.Id);
        }

        ContainerRecord container = database.Containers[at];
        if (container.IndexingPending && container.Version == command.Version)
        {
            container = container with { IndexingPending = false };
            state = state with { Catalog = WithContainers(catalog, database, database.Containers.SetItem(at, container)) };
        }

        return Done(time, CommandEffect.None, command.Id.Value);
    }

    private static CommandOutcome Execute(ref ControlState state, DeleteContainer command, Sequence version, DateTimeOffset time)
    {
        Catalog catalog = state.Catalog;
        if (catalog.FindDatabase(command.Database) is not { } database)
        {
            return NoDatabase();
        }

        int at = Catalog.PlaceOf(database.Containers, command.Name, static container => container.Name);
        if (at < 0)
        {
            return Refused(ErrorCode.NotFound, "There is no container of that name.");
        }

        ContainerRecord container = database.Containers[at];
        if (!Matches(command.IfMatch, container.Version))
        {
            return Changed("The container");
        }

        Catalog without = WithoutPermissionsFor(WithContainers(catalog, database, database.Containers.RemoveAt(at)), container);
        state = state with { Catalog = without with { DeletingContainers = WithDeleting(catalog, [container], version) } };
        return Done(time, CommandEffect.None, container.Id.Value);
    }

    private static CommandOutcome Execute(ref ControlState state, ContainerGone command, DateTimeOffset time)
    {
        Catalog catalog = state.Catalog;
        ContainerRecord? container = catalog.DeletingContainers.FirstOrDefault(each => each.Id == command.Id);
        if (container is null)
        {
            return Find(catalog, command.Id) is null
                ? Refused(ErrorCode.NotFound, $"There is no container {command.Id}.")
                : Refused(ErrorCode.PreconditionFailed, $"Container {command.Id} is not being deleted.");
        }

        state = state with { Catalog = catalog with { DeletingContainers = catalog.DeletingContainers.Remove(container) } };
        return Done(time, CommandEffect.None, command.Id.Value);
    }

    /// <summary>Cuts the hash space and deals the parts out, beginning with another shard for each container.</summary>
    private static ImmutableArray<RangeRecord> PlaceRanges(ControlState state, ContainerId container, uint asked)
    {
        uint shards = state.Catalog.DataShards;
        uint count = asked == 0 ? Math.Min(shards, Catalog.MaxRanges) : asked;
        HashInterval[] intervals = HashInterval.Whole.Split((int)count);
        var ranges = ImmutableArray.CreateBuilder<RangeRecord>(intervals.Length);
        for (uint part = 0; part < count; part++)
        {
            uint shard = 1 + (uint)((container.Value - 1 + part) % shards);
            ranges.Add(new RangeRecord(
                new RangeId(state.NextRange + part), new RangeGeneration(1), intervals[part], new ShardId(shard)));
        }

        return ranges.MoveToImmutable();
    }

    private static Catalog WithContainers(Catalog catalog, DatabaseRecord database, ImmutableArray<ContainerRecord> containers)
    {
        int at = Catalog.PlaceOf(catalog.Databases, database.Name, static each => each.Name);
        return catalog with { Databases = catalog.Databases.SetItem(at, database with { Containers = containers }) };
    }

    private static ImmutableArray<ContainerRecord> WithDeleting(
        Catalog catalog, ImmutableArray<ContainerRecord> containers, Sequence version) =>
        [
            .. catalog.DeletingContainers
                .Concat(containers.Select(container => container with { State = ResourceState.Deleting, Version = version }))
                .OrderBy(container => container.Id),
        ];

    private static (DatabaseRecord Database, int At)? Find(Catalog catalog, ContainerId id)
    {
        foreach (DatabaseRecord database in catalog.Databases)
        {
            for (int at = 0; at < database.Containers.Length; at++)
            {
                if (database.Containers[at].Id == id)
                {
                    return (database, at);
                }
            }
        }

        return null;
    }

    private static CommandOutcome NotServing(Catalog catalog, ContainerId id) =>
        catalog.DeletingContainers.Any(container => container.Id == id)
            ? Refused(ErrorCode.PreconditionFailed, $"Container {id} is being deleted.")
            : Refused(ErrorCode.NotFound, $"There is no container {id}.");
}
