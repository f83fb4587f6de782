using Nacre.Protocol.V1;

namespace Nacre.Client.Tests.Fakes;

/// <summary>How the fake server treats streams.</summary>
internal sealed class FakeStreamSettings
{
    private int _opened;

    public uint MaxBatchBytes { get; set; } = 4 * 1024 * 1024;

    public uint MaxOpen { get; set; } = 4096;

    /// <summary>Streams accepted so far.</summary>
    public int Opened => Volatile.Read(ref _opened);

    /// <summary>Operations of each batch that came, in order.</summary>
    public System.Collections.Concurrent.ConcurrentQueue<int> Batches { get; } = new();

    /// <summary>Looks at a batch before it is executed; what it throws ends the stream.</summary>
    public Func<int, OperationBatch, Task> BeforeBatch { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>Looks at answers before they are sent; what it throws ends the stream after the batch took effect.</summary>
    public Func<int, OutcomeBatch, Task> BeforeAnswer { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>Changes what is sent, after the MAC was computed.</summary>
    public Action<StreamBatch> Tamper { get; set; } = _ => { };

    /// <summary>Changes the handshake's answer.</summary>
    public Action<StreamAccepted> TamperAccepted { get; set; } = _ => { };

    /// <summary>True: send go-away after the answer to this stream's next batch.</summary>
    public Func<int, bool> GoAwayAfterBatch { get; set; } = _ => false;

    public int Open() => Interlocked.Increment(ref _opened);
}
