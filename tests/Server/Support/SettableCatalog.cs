using Nacre.Core.Consistency;
using Nacre.Core.Control;
using Nacre.Core.Ids;

namespace Nacre.Server.Tests.Support;

/// <summary>A catalogue that a test writes.</summary>
internal sealed class SettableCatalog : ICatalogReader
{
    public Catalog Current { get; private set; } = Catalog.Empty;

    /// <summary>Sets what the account promises.</summary>
    public void Set(AccountConsistency consistency) => Current = Current with
    {
        Settings = [new SettingRecord(AccountConsistency.SettingName, consistency.Format(), new Sequence(1))],
    };

    /// <summary>Sets the account's level, with the bound of a new account.</summary>
    public void Set(ConsistencyLevel level) => Set(AccountConsistency.Default with { Level = level });
}
