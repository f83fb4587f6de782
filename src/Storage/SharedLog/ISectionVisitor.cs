namespace Nacre.Storage.SharedLog;

/// <summary>Looks at a section's clear records.</summary>
internal interface ISectionVisitor
{
    /// <summary>Called with the records.</summary>
    /// <param name="section">The records.</param>
    /// <param name="isBorrowed">True when the memory is used again after the call: copy what is kept.</param>
    void Visit(ReadOnlyMemory<byte> section, bool isBorrowed);
}
