namespace Nacre.Query.Functions;

/// <summary>The parts of a date and time, from the largest to the smallest.</summary>
internal enum DateTimeField
{
    Year,
    Month,
    Day,
    Hour,
    Minute,
    Second,
    Millisecond,
    Microsecond,
    Nanosecond,
}
