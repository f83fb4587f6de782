using Nacre.Query.Values;

namespace Nacre.Query.Functions;

/// <summary>The present. A query has one instant, so that the static functions and the others answer the same.</summary>
internal static class CurrentTimeFunctions
{
    private const FunctionFamily Family = FunctionFamily.DateTime;

    public static IEnumerable<ScalarFunction> All =>
    [
        new("AGO", Family, 2, 2, "The query's date and time so many parts earlier.",
            static (arguments, context) => Shift(arguments, -1, context))
        {
            IsPure = false,
        },
        Now("GETCURRENTDATETIME", "The query's date and time.", DateTime),
        Now("GETCURRENTDATETIMESTATIC", "The query's date and time.", DateTime),
        Now("GETCURRENTTICKS", "How many 100 ns the query lies behind the Unix epoch.", Ticks),
        Now("GETCURRENTTICKSSTATIC", "How many 100 ns the query lies behind the Unix epoch.", Ticks),
        Now("GETCURRENTTIMESTAMP", "How many milliseconds the query lies behind the Unix epoch.", Timestamp),
        Now("GETCURRENTTIMESTAMPSTATIC", "How many milliseconds the query lies behind the Unix epoch.", Timestamp),
        new("NOW", Family, 0, 2, "The query's date and time, or that so many parts later.",
            static (arguments, context) => arguments.Length == 0 ? DateTime(context) : Shift(arguments, 1, context))
        {
            IsPure = false,
        },
    ];

    private static ScalarFunction Now(string name, string description, Func<FunctionContext, QueryValue> answer) =>
        new(name, Family, 0, 0, description, (_, context) => answer(context))
        {
            IsPure = false,
        };

    private static QueryValue DateTime(FunctionContext context) => IsoDateTime.Write(context.Now.UtcTicks);

    private static QueryValue Ticks(FunctionContext context) =>
        QueryValue.FromInteger(context.Now.UtcTicks - IsoDateTime.UnixEpochTicks);

    private static QueryValue Timestamp(FunctionContext context) =>
        QueryValue.FromInteger(context.Now.ToUnixTimeMilliseconds());

    private static QueryValue Shift(ReadOnlySpan<QueryValue> arguments, int sign, FunctionContext context) =>
        arguments.Length == 2 && IsoDateTime.TryField(arguments[0], out DateTimeField field) &&
        arguments[1].TryGetInteger(out long count)
            ? DateTimeFunctions.Add(field, (Int128)count * sign, context.Now.UtcTicks)
            : QueryValue.Undefined;
}
