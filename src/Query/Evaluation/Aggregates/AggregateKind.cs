namespace Nacre.Query.Evaluation.Aggregates;

/// <summary>The aggregates. Numbers are written in partial states: never reused.</summary>
internal enum AggregateKind : byte
{
    Count = 1,
    Sum = 2,
    Avg = 3,
    Min = 4,
    Max = 5,
}
