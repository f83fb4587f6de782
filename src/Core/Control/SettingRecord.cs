using Nacre.Core.Ids;

namespace Nacre.Core.Control;

/// <summary>A setting of the whole cluster.</summary>
/// <param name="Name">1 to 255 bytes of UTF-8.</param>
/// <param name="Value">At most 4,096 bytes of UTF-8.</param>
/// <param name="Version">The control command that set it.</param>
public sealed record SettingRecord(string Name, string Value, Sequence Version);
