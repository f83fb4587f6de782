using Nacre.Client;
using Nacre.Testing.Histories;

namespace Nacre.Nemesis.Tests.Workloads;

/// <summary>How a call ended.</summary>
/// <param name="Outcome">What is known of its effect.</param>
/// <param name="Code">None, or an answer that comes from the item itself: NotFound, AlreadyExists, PreconditionFailed.</param>
/// <param name="Value">What came back; the default unless the code is None and it was answered.</param>
/// <param name="Called">When it was asked.</param>
/// <param name="Returned">When it ended.</param>
internal readonly record struct Answer<T>(OperationOutcome Outcome, NacreErrorCode Code, T? Value, long Called, long Returned);
