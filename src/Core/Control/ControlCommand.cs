namespace Nacre.Core.Control;

/// <summary>
/// A command to the control shard. Its outcome's detail is the id of what it concerns, as <see cref="ControlResult"/>
/// writes it. Layout in <c>docs/formats/control.md</c>.
/// </summary>
public abstract record ControlCommand
{
    /// <summary>Only the commands of this folder derive from it.</summary>
    private protected ControlCommand()
    {
    }

    /// <summary>What it does.</summary>
    public abstract ControlCommandKind Kind { get; }

    /// <summary>
    /// True for what takes something from somebody: it is answered only when no node serves by the state before it.
    /// </summary>
    public virtual bool Withdraws => false;
}
