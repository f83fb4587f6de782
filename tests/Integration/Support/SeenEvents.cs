using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Nacre.Integration.Tests.Support;

/// <summary>Remembers which events were logged.</summary>
internal sealed class SeenEvents : ILoggerFactory, ILogger
{
    private readonly ConcurrentQueue<int> _seen = new();

    public IReadOnlyCollection<int> Seen => _seen;

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _seen.Enqueue(eventId.Id);

    public void Dispose()
    {
    }
}
