using Nacre.Query.Values;

namespace Nacre.Query.Functions;

/// <summary>Functions of arrays as sets: what is equal counts once.</summary>
internal static class SetFunctions
{
    private const FunctionFamily Family = FunctionFamily.Array;

    public static IEnumerable<ScalarFunction> All =>
    [
        new("SETDIFFERENCE", Family, 2, 2, "What is in the first array and not in the second, in the order of the first.",
            static (arguments, context) => Build(arguments, context, static (first, second, result) =>
            {
                HashSet<QueryValue> seen = SetOf(second);
                foreach (QueryValue element in QueryValueReader.EnumerateArray(first))
                {
                    if (seen.Add(element))
                    {
                        result.Add(element);
                    }
                }
            })),
        new("SETEQUAL", Family, 2, 2, "Whether both arrays have the same elements, in any order.", AreEqual),
        new("SETINTERSECT", Family, 2, 2, "What is in both arrays, in the order of the second.",
            static (arguments, context) => Build(arguments, context, static (first, second, result) =>
            {
                HashSet<QueryValue> wanted = SetOf(first);
                foreach (QueryValue element in QueryValueReader.EnumerateArray(second))
                {
                    if (wanted.Remove(element))
                    {
                        result.Add(element);
                    }
                }
            })),
        new("SETUNION", Family, 2, 2, "What is in either array; first come, first served.",
            static (arguments, context) => Build(arguments, context, static (first, second, result) =>
            {
                HashSet<QueryValue> seen = [];
                foreach (QueryValue element in QueryValueReader.EnumerateArray(first))
                {
                    if (seen.Add(element))
                    {
                        result.Add(element);
                    }
                }

                foreach (QueryValue element in QueryValueReader.EnumerateArray(second))
                {
                    if (seen.Add(element))
                    {
                        result.Add(element);
                    }
                }
            })),
    ];

    private static QueryValue AreEqual(ReadOnlySpan<QueryValue> arguments, FunctionContext context) =>
        TryCharge(arguments, context)
            ? QueryValue.FromBool(SetOf(arguments[0]).SetEquals(SetOf(arguments[1])))
            : QueryValue.Undefined;

    private static QueryValue Build(
        ReadOnlySpan<QueryValue> arguments, FunctionContext context, Action<QueryValue, QueryValue, JsonBuilder> fill)
    {
        if (!TryCharge(arguments, context))
        {
            return QueryValue.Undefined;
        }

        JsonBuilder result = JsonBuilder.Array(context);
        fill(arguments[0], arguments[1], result);
        return result.Build();
    }

    private static bool TryCharge(ReadOnlySpan<QueryValue> arguments, FunctionContext context)
    {
        if (!arguments[0].IsArray || !arguments[1].IsArray)
        {
            return false;
        }

        // Each element is hashed and compared: about four looks at its bytes.
        context.ChargeBytes(4L * (arguments[0].Utf8.Length + arguments[1].Utf8.Length));
        return true;
    }

    private static HashSet<QueryValue> SetOf(in QueryValue array)
    {
        HashSet<QueryValue> set = [];
        foreach (QueryValue element in QueryValueReader.EnumerateArray(array))
        {
            set.Add(element);
        }

        return set;
    }
}
