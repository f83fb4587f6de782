using System.Collections.Immutable;
using System.Text;
using Nacre.Core;
using Nacre.Core.Control;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.StateMachines;

namespace Nacre.Storage.Control;

/// <summary>What each control command does to the state: a pure function of state, command and the entry's stamps.</summary>
internal static partial class ControlRules
{
    /// <summary>Executes a command.</summary>
    /// <param name="state">Before; replaced by the state after. A refusal changes nothing.</param>
    /// <param name="command">The command.</param>
    /// <param name="version">The entry's sequence: the version of whatever it changes.</param>
    /// <param name="time">The entry's time.</param>
    /// <returns>The outcome.</returns>
    public static CommandOutcome Execute(ref ControlState state, ControlCommand command, Sequence version, DateTimeOffset time)
    {
        if (command is CreateCluster cluster)
        {
            return Execute(ref state, cluster, version, time);
        }

        if (state.Catalog.DataShards == 0)
        {
            return Refused(ErrorCode.Unavailable, "The cluster is not created yet.");
        }

        return command switch
        {
            CreateDatabase create => Execute(ref state, create, version, time),
            DeleteDatabase delete => Execute(ref state, delete, version, time),
            DatabaseGone gone => Execute(ref state, gone, time),
            CreateContainer create => Execute(ref state, create, version, time),
            SetContainerIndexing set => Execute(ref state, set, version, time),
            ContainerIndexingSet done => Execute(ref state, done, time),
            ContainerReady ready => Execute(ref state, ready, version, time),
            DeleteContainer delete => Execute(ref state, delete, version, time),
            ContainerGone gone => Execute(ref state, gone, time),
            SetAccountKey set => Execute(ref state, set, version, time),
            SetSetting set => Execute(ref state, set, version, time),
            RecordKeyRingGeneration record => Execute(ref state, record, time),
            CreateUser create => Execute(ref state, create, version, time),
            DeleteUser delete => Execute(ref state, delete, time),
            CreatePermission create => Execute(ref state, create, version, time),
            ReplacePermission replace => Execute(ref state, replace, version, time),
            DeletePermission delete => Execute(ref state, delete, time),
            SetTokenKey set => Execute(ref state, set, version, time),
            CreateJoinToken create => Execute(ref state, create, version, time),
            RemoveJoinToken remove => Execute(ref state, remove, time),
            AddNode add => Execute(ref state, add, version, time),
            SetNode set => Execute(ref state, set, version, time),
            _ => throw new InvariantViolationException($"unknown control command {command.Kind}"),
        };
    }

    private static CommandOutcome Execute(ref ControlState state, CreateCluster command, Sequence version, DateTimeOffset time)
    {
        Catalog catalog = state.Catalog;
        if (command.Cluster.Value == 0 || command.DataShards is 0 or > Catalog.MaxDataShards)
        {
            return Refused(ErrorCode.Malformed, $"A cluster has an id and 1 to {Catalog.MaxDataShards} data shards.");
        }

        if (catalog.DataShards != 0)
        {
            return catalog.Cluster == command.Cluster && catalog.DataShards == command.DataShards
                ? Done(time)
                : Refused(ErrorCode.AlreadyExists, $"This is cluster {catalog.Cluster} with {catalog.DataShards} data shards; neither ever changes.");
        }

        state = state with
        {
            Catalog = catalog with
            {
                Cluster = command.Cluster,
                DataShards = command.DataShards,
                KeyDomains = [new KeyDomainRecord(KeyDomainId.Shared, version)],
            },
        };
        return Done(time, CommandEffect.Created);
    }

    private static CommandOutcome Execute(ref ControlState state, RecordKeyRingGeneration command, DateTimeOffset time)
    {
        if (command.Generation > state.Catalog.KeyRingGeneration)
        {
            state = state with { Catalog = state.Catalog with { KeyRingGeneration = command.Generation } };
        }

        return Done(time);
    }

    private static CommandOutcome Execute(ref ControlState state, SetAccountKey command, Sequence version, DateTimeOffset time)
    {
        if (command.Key is < AccountKeyKind.Primary or > AccountKeyKind.SecondaryReadOnly ||
            command.KeyId.Length is 0 or > SetAccountKey.MaxKeyIdLength ||
            command.Sealed.Length is 0 or > SetAccountKey.MaxSealedBytes)
        {
            return Refused(ErrorCode.Malformed, "An account key has a kind, a short id and sealed bytes.");
        }

        AccountKeyRecord? before = state.Catalog.FindAccountKey(command.Key);
        if (!Matches(command.Expected, before?.Version))
        {
            return Changed("The account key");
        }

        var after = new AccountKeyRecord(command.Key, command.KeyId, command.Sealed, time, version);
        ImmutableArray<AccountKeyRecord> keys =
            [.. state.Catalog.AccountKeys.Where(key => key.Kind != command.Key).Append(after).OrderBy(key => key.Kind)];
        state = state with { Catalog = state.Catalog with { AccountKeys = keys } };
        return Done(time, before is null ? CommandEffect.Created : CommandEffect.None);
    }

    private static CommandOutcome Execute(ref ControlState state, SetSetting command, Sequence version, DateTimeOffset time)
    {
        if (ResourceNames.Check(command.Name) is { } badName)
        {
            return Refused(badName.Code, badName.Message);
        }

        if (command.Value is { } value && Encoding.UTF8.GetByteCount(value) > SetSetting.MaxValueBytes)
        {
            return Refused(ErrorCode.TooLarge, $"A setting's value has at most {SetSetting.MaxValueBytes} bytes.");
        }

        ImmutableArray<SettingRecord> settings = state.Catalog.Settings;
        int at = Catalog.PlaceOf(settings, command.Name, static setting => setting.Name);
        if (!Matches(command.Expected, at >= 0 ? settings[at].Version : null))
        {
            return Changed("The setting");
        }

        SettingRecord? after = command.Value is null ? null : new SettingRecord(command.Name, command.Value, version);
        settings = (at >= 0, after) switch
        {
            (true, null) => settings.RemoveAt(at),
            (true, not null) => settings.SetItem(at, after),
            (false, null) => settings,
            (false, not null) => settings.Insert(~at, after),
        };
        state = state with { Catalog = state.Catalog with { Settings = settings } };
        return Done(time, at < 0 && after is not null ? CommandEffect.Created : CommandEffect.None);
    }

    private static CommandOutcome Done(DateTimeOffset time, CommandEffect effect = CommandEffect.None) =>
        new(ErrorCode.None, default, effect, default) { Time = time };

    private static CommandOutcome Done(DateTimeOffset time, CommandEffect effect, ulong id) =>
        new(ErrorCode.None, default, effect, ControlResult.Encode(id)) { Time = time };

    private static CommandOutcome Refused(ErrorCode code, string message) =>
        new(code, default, CommandEffect.None, Encoding.UTF8.GetBytes(message));

    private static CommandOutcome Changed(string what) =>
        Refused(ErrorCode.PreconditionFailed, $"{what} has changed since it was read.");

    /// <summary>An expected version: null takes any, 0 wants nothing there.</summary>
    private static bool Matches(Sequence? expected, Sequence? actual) => expected is null || expected == (actual ?? default);

    /// <summary>A version that a delete must meet: 0 takes any.</summary>
    private static bool Matches(Sequence ifMatch, Sequence actual) => ifMatch.Value == 0 || ifMatch == actual;
}
