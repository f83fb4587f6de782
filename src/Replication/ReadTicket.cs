using Nacre.Core.Errors;
using Nacre.Core.Ids;

namespace Nacre.Replication;

/// <summary>A read that asks through which entry it must see.</summary>
internal sealed class ReadTicket : LoopItem
{
    private readonly TaskCompletionSource<Result<LogIndex>> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The entry, or why nobody could say.</summary>
    public Task<Result<LogIndex>> Task => _answer.Task;

    /// <summary>Answers it, once.</summary>
    public void Answer(in Result<LogIndex> answer) => _answer.TrySetResult(answer);
}
