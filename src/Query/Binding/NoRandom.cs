using Nacre.Core.Time;

namespace Nacre.Query.Binding;

/// <summary>For folding: a call that needs chance is not folded.</summary>
internal sealed class NoRandom : IRandomSource
{
    /// <inheritdoc/>
    public void Fill(Span<byte> buffer) => Core.Invariant.Check(buffer.IsEmpty);
}
