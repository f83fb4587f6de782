using Nacre.Core.Consistency;
using Nacre.Core.Ids;

namespace Nacre.Core.Control;

/// <summary>Sets or removes a setting of the whole cluster. Refusals: PreconditionFailed, Malformed, TooLarge.</summary>
/// <param name="Name">1 to 255 bytes of UTF-8.</param>
/// <param name="Value">At most <see cref="MaxValueBytes"/> bytes of UTF-8; null removes it.</param>
/// <param name="Expected">The version that it must have, 0 for not set; null for any.</param>
public sealed record SetSetting(string Name, string? Value, Sequence? Expected) : ControlCommand
{
    /// <summary>Longest <see cref="Value"/>.</summary>
    public const int MaxValueBytes = 4096;

    /// <summary>A stronger promise of reads takes the weaker one from everybody: once it was answered, all nodes go by it.</summary>
    public override bool Withdraws => Name == AccountConsistency.SettingName;

    /// <inheritdoc/>
    public override ControlCommandKind Kind => ControlCommandKind.SetSetting;
}
