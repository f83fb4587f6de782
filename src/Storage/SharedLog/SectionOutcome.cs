namespace Nacre.Storage.SharedLog;

/// <summary>What came of opening a sealed section.</summary>
internal enum SectionOutcome : byte
{
    /// <summary>Opened: the bytes are those that were sealed here.</summary>
    Opened,

    /// <summary>Its data key is not known here: destroyed, or of another cluster.</summary>
    KeyUnknown,

    /// <summary>The tag is wrong.</summary>
    Damaged,
}
