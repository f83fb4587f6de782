using System.Collections.Immutable;
using Nacre.Core;
using Nacre.Core.Commands;
using Nacre.Core.Control;
using Nacre.Core.Log;

namespace Nacre.Simulation.Tests.Storage;

/// <summary>What the catalogue must hold after an entry, told by a model of its own.</summary>
/// <param name="Databases">Names of all databases.</param>
/// <param name="Settings">All settings.</param>
internal sealed record ControlModel(ImmutableSortedSet<string> Databases, ImmutableSortedDictionary<string, string> Settings)
{
    public static ControlModel Empty { get; } = new(
        ImmutableSortedSet.Create<string>(StringComparer.Ordinal), ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal));

    /// <summary>The state after one more entry.</summary>
    public ControlModel After(LogRecord record)
    {
        Invariant.Check(EntryCodec.Decode(record.Entry, out EntryHeader header, out ReadOnlyMemory<byte> command) is null);
        return header.Kind != EntryKind.Control ? this : ControlCommandCodec.Decode(command.Span).Value switch
        {
            CreateDatabase create => this with { Databases = Databases.Add(create.Name) },
            SetSetting set => this with { Settings = Settings.SetItem(set.Name, set.Value!) },
            _ => this,
        };
    }

    /// <summary>Where a catalogue differs from this; null where it does not.</summary>
    public string? DifferenceFrom(Catalog catalog)
    {
        string[] databases = [.. catalog.Databases.Select(database => database.Name).Order(StringComparer.Ordinal)];
        string[] settings = [.. catalog.Settings.Select(setting => $"{setting.Name}={setting.Value}").Order(StringComparer.Ordinal)];
        return !databases.SequenceEqual(Databases) ? $"databases {string.Join(',', databases)}, not {string.Join(',', Databases)}"
            : !settings.SequenceEqual(Settings.Select(setting => $"{setting.Key}={setting.Value}")) ? $"settings {string.Join(',', settings)}" : null;
    }
}
