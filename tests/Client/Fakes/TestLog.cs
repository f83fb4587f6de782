using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Nacre.Client.Tests.Fakes;

/// <summary>Keeps what the SDK logs, and tells when an event of an id has come.</summary>
internal sealed class TestLog : ILoggerFactory, ILogger
{
    private readonly ConcurrentDictionary<int, TaskCompletionSource> _seen = new();

    public ConcurrentQueue<(int Id, string Message)> Entries { get; } = new();

    /// <summary>Completes at the first event of this id.</summary>
    public Task Seen(int id) => Of(id).Task;

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        Entries.Enqueue((eventId.Id, formatter(state, exception)));
        Of(eventId.Id).TrySetResult();
    }

    public void Dispose()
    {
    }

    private TaskCompletionSource Of(int id) =>
        _seen.GetOrAdd(id, static _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
}
