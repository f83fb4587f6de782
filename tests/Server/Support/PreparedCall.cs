using Nacre.Protocol.V1;

namespace Nacre.Server.Tests.Support;

/// <summary>A call that only has to be run.</summary>
/// <param name="Run">Runs it on this thread to its end.</param>
/// <param name="Refusal">What it was refused with, once it was run; null when it was served.</param>
internal sealed record PreparedCall(Func<Task> Run, Func<ErrorDetail?> Refusal);
