using Nacre.Protocol.V1;
using Nacre.Server.Telemetry;

namespace Nacre.Server.Streaming;

/// <summary>Counts a stream's operations by kind, so that the instruments are told once a batch and not once an operation.</summary>
/// <param name="metrics">Told.</param>
/// <remarks>Belongs to the stream's reader.</remarks>
internal sealed class OperationTally(ServerMetrics metrics)
{
    private static readonly int Kinds = Enum.GetValues<OperationKind>().Length;

    private readonly int[] _counts = new int[Kinds];

    /// <summary>Counts one; a kind that is not known here is counted as the refusal that it gets.</summary>
    public void Add(OperationKind kind)
    {
        if ((uint)kind < (uint)_counts.Length)
        {
            _counts[(int)kind]++;
        }
    }

    /// <summary>Tells what was counted since the last time.</summary>
    public void Tell()
    {
        int all = 0;
        for (int kind = 0; kind < _counts.Length; kind++)
        {
            if (_counts[kind] > 0 && ItemStream.CommandOf((OperationKind)kind) is { } command)
            {
                all += _counts[kind];
                metrics.Operations(command, _counts[kind]);
            }

            _counts[kind] = 0;
        }

        metrics.Batch(all);
    }
}
