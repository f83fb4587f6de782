using Nacre.Cli.Prompt;

namespace Nacre.Cli.Tests.Prompt;

/// <summary>A terminal whose keys a test types.</summary>
internal sealed class FakePrompt(int width = 80, int height = 24) : IPromptTerminal
{
    // Invariants, under _gate:
    // - while somebody waits, no key is there.
    private readonly Lock _gate = new();
    private readonly Queue<ConsoleKeyInfo> _keys = new();
    private TaskCompletionSource<ConsoleKeyInfo>? _waiting;
    private TaskCompletionSource _idle = NewIdle();

    public static readonly ConsoleKeyInfo Enter = new('\r', ConsoleKey.Enter, false, false, false);
    public static readonly ConsoleKeyInfo Up = new('\0', ConsoleKey.UpArrow, false, false, false);
    public static readonly ConsoleKeyInfo Down = new('\0', ConsoleKey.DownArrow, false, false, false);
    public static readonly ConsoleKeyInfo Left = new('\0', ConsoleKey.LeftArrow, false, false, false);
    public static readonly ConsoleKeyInfo Right = new('\0', ConsoleKey.RightArrow, false, false, false);
    public static readonly ConsoleKeyInfo Home = new('\0', ConsoleKey.Home, false, false, false);
    public static readonly ConsoleKeyInfo Backspace = new('\x7f', ConsoleKey.Backspace, false, false, false);
    public static readonly ConsoleKeyInfo ControlC = new('\x03', ConsoleKey.C, false, false, true);
    public static readonly ConsoleKeyInfo ControlD = new('\x04', ConsoleKey.D, false, false, true);
    public static readonly ConsoleKeyInfo ControlK = new('\x0b', ConsoleKey.K, false, false, true);
    public static readonly ConsoleKeyInfo ControlW = new('\x17', ConsoleKey.W, false, false, true);

    public Screen Screen { get; } = new(width, height);

    public int Width => width;

    public int Height => height;

    /// <summary>False: as if each key came after the one before was drawn.</summary>
    public bool HasKey => false;

    public bool IsDisposed { get; private set; }

    /// <summary>Types a text; <c>\n</c> is Enter.</summary>
    public FakePrompt Type(string text)
    {
        foreach (char c in text)
        {
            Press(c == '\n' ? Enter : new ConsoleKeyInfo(c, default, false, false, false));
        }

        return this;
    }

    public FakePrompt Press(params ConsoleKeyInfo[] keys)
    {
        lock (_gate)
        {
            foreach (ConsoleKeyInfo key in keys)
            {
                _keys.Enqueue(key);
            }

            if (_waiting is { } waiting && _keys.TryPeek(out ConsoleKeyInfo first) && waiting.TrySetResult(first))
            {
                _keys.Dequeue();
            }

            _waiting = null;
            _idle = _idle.Task.IsCompleted ? NewIdle() : _idle;
        }

        return this;
    }

    /// <summary>Completes when all keys were taken, and the next one is waited for.</summary>
    public Task WhenIdleAsync()
    {
        lock (_gate)
        {
            return _idle.Task;
        }
    }

    public async Task<ConsoleKeyInfo> ReadKeyAsync(CancellationToken cancellationToken)
    {
        TaskCompletionSource<ConsoleKeyInfo> waiting;
        lock (_gate)
        {
            if (_keys.TryDequeue(out ConsoleKeyInfo key))
            {
                return key;
            }

            _waiting = waiting = new TaskCompletionSource<ConsoleKeyInfo>(TaskCreationOptions.RunContinuationsAsynchronously);
            _idle.TrySetResult();
        }

        await using CancellationTokenRegistration end = cancellationToken.Register(() => waiting.TrySetCanceled(cancellationToken));
        return await waiting.Task;
    }

    public void Write(string text) => Screen.Write(text);

    public void Dispose() => IsDisposed = true;

    private static TaskCompletionSource NewIdle() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
