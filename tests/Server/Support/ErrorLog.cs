using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Nacre.Server.Tests.Support;

/// <summary>Keeps what the server calls an error: a person must act on each, so that a test that expects none may say so.</summary>
internal sealed class ErrorLog : ILogger
{
    private readonly ConcurrentQueue<string> _errors = new();

    public IReadOnlyCollection<string> Errors => _errors;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
        {
            _errors.Enqueue($"{formatter(state, exception)} {exception}");
        }
    }
}
