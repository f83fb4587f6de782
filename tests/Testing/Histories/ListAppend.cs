namespace Nacre.Testing.Histories;

/// <summary>One append to an append-only list.</summary>
/// <param name="Session">Whose session it belongs to.</param>
/// <param name="Called">When it was asked.</param>
/// <param name="Returned">When the answer came; means nothing where the outcome is unknown.</param>
/// <param name="Outcome">What the client learned.</param>
/// <param name="Value">What was appended; no two appends have the same.</param>
public sealed record ListAppend(int Session, long Called, long Returned, OperationOutcome Outcome, long Value);
