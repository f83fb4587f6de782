using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Nacre.Server.Tests.Peers;

/// <summary>Keeps what is logged, by event, for a test to wait on.</summary>
internal sealed class EventLog : ILoggerFactory, ILogger
{
    private readonly Channel<(int Id, string Text)> _events = Channel.CreateUnbounded<(int, string)>();

    /// <summary>Waits for an event; others are passed over.</summary>
    public async Task<string> WaitForAsync(int id)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            (int found, string text) = await _events.Reader.ReadAsync(patience.Token);
            if (found == id)
            {
                return text;
            }
        }
    }

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (eventId.Id is >= 1000 and < 7000)
        {
            _events.Writer.TryWrite((eventId.Id, formatter(state, exception)));
        }
    }

    public void Dispose()
    {
    }
}
