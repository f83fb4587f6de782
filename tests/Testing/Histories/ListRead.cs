namespace Nacre.Testing.Histories;

/// <summary>One read of an append-only list.</summary>
/// <param name="Session">Whose session it belongs to; sessions are promised their own order.</param>
/// <param name="Called">When it was asked.</param>
/// <param name="Returned">When the answer came.</param>
/// <param name="Values">What it saw, in order.</param>
public sealed record ListRead(int Session, long Called, long Returned, IReadOnlyList<long> Values);
