using Nacre.Query.Values;

namespace Nacre.Query.Functions;

/// <summary>Functions of arrays.</summary>
internal static class ArrayFunctions
{
    private const FunctionFamily Family = FunctionFamily.Array;

    public static IEnumerable<ScalarFunction> All =>
    [
        new("ARRAY_AVG", Family, 1, 1, "The mean of an array of numbers.", Average),
        new("ARRAY_CONCAT", Family, 2, int.MaxValue, "The elements of all arrays, one array after the other.", Concat),
        new("ARRAY_CONTAINS", Family, 2, 3,
            "Whether an element equals the value; with true as third argument, whether one has all members of the object.",
            Contains)
        {
            AcceptsUndefined = true,
        },
        new("ARRAY_CONTAINS_ALL", Family, 2, int.MaxValue, "Whether the array has all the values.",
            static (arguments, context) => ContainsMany(arguments, all: true, context))
        {
            AcceptsUndefined = true,
        },
        new("ARRAY_CONTAINS_ANY", Family, 2, int.MaxValue, "Whether the array has one of the values.",
            static (arguments, context) => ContainsMany(arguments, all: false, context))
        {
            AcceptsUndefined = true,
        },
        new("ARRAY_LENGTH", Family, 1, 1, "How many elements the array has.", Length),
        new("ARRAY_MAX", Family, 1, 1, "The greatest of an array of primitives.",
            static (arguments, context) => Extreme(arguments[0], 1, context)),
        new("ARRAY_MEDIAN", Family, 1, 1, "The median of an array of numbers.", Median),
        new("ARRAY_MIN", Family, 1, 1, "The least of an array of primitives.",
            static (arguments, context) => Extreme(arguments[0], -1, context)),
        new("ARRAY_SLICE", Family, 2, 3,
            "The elements from a position on, counted from the end if it is negative; at most so many.", Slice),
        new("ARRAY_SUM", Family, 1, 1, "The sum of an array of numbers.", Sum),
        new("CHOOSE", Family, 2, int.MaxValue, "The argument at a position behind the first; the first is position 1.",
            Choose)
        {
            AcceptsUndefined = true,
        },
        new("OBJECTTOARRAY", Family, 1, 3,
            "An object for each member, with its name and value as k and v, or as the names given.", ObjectToArray),
    ];

    /// <summary>Charges for walking over a value.</summary>
    internal static void ChargeWalk(in QueryValue value, FunctionContext context) =>
        context.ChargeBytes(value.Utf8.Length);

    private static QueryValue Length(ReadOnlySpan<QueryValue> arguments, FunctionContext context)
    {
        if (!arguments[0].IsArray)
        {
            return QueryValue.Undefined;
        }

        ChargeWalk(arguments[0], context);
        return QueryValue.FromNumber(QueryValueReader.Count(arguments[0]));
    }

    private static QueryValue Concat(ReadOnlySpan<QueryValue> arguments, FunctionContext context)
    {
        foreach (ref readonly QueryValue argument in arguments)
        {
            if (!argument.IsArray)
            {
                return QueryValue.Undefined;
            }
        }

        JsonBuilder array = JsonBuilder.Array(context);
        foreach (ref readonly QueryValue argument in arguments)
        {
            foreach (QueryValue element in QueryValueReader.EnumerateArray(argument))
            {
                array.Add(element);
            }
        }

        return array.Build();
    }

    private static QueryValue Slice(ReadOnlySpan<QueryValue> arguments, FunctionContext context)
    {
        long count = long.MaxValue;
        if (!arguments[0].IsArray || !arguments[1].TryGetInteger(out long start) ||
            (arguments.Length == 3 && !arguments[2].TryGetInteger(out count)))
        {
            return QueryValue.Undefined;
        }

        ChargeWalk(arguments[0], context);
        if (start < 0)
        {
            start = Math.Max(start + QueryValueReader.Count(arguments[0]), 0);
        }

        JsonBuilder slice = JsonBuilder.Array(context);
        foreach (QueryValue element in QueryValueReader.EnumerateArray(arguments[0]))
        {
            if (start > 0)
            {
                start--;
            }
            else if (count-- > 0)
            {
                slice.Add(element);
            }
            else
            {
                break;
            }
        }

        return slice.Build();
    }

    private static QueryValue Contains(ReadOnlySpan<QueryValue> arguments, FunctionContext context)
    {
        // An undefined third argument is as if it were not there.
        QueryValue partial = arguments.Length == 3 && arguments[2].IsDefined ? arguments[2] : QueryValue.False;
        if (!arguments[0].IsArray || !arguments[1].IsDefined || !partial.IsBoolean)
        {
            return QueryValue.Undefined;
        }

        bool byMembers = partial.Kind == ValueKind.True && arguments[1].IsObject;
        foreach (QueryValue element in QueryValueReader.EnumerateArray(arguments[0]))
        {
            context.ChargeBytes(element.Utf8.Length + arguments[1].Utf8.Length);
            if (byMembers ? HasMembersOf(element, arguments[1], context) : element.Equals(arguments[1]))
            {
                return QueryValue.True;
            }
        }

        return QueryValue.False;
    }

    private static bool HasMembersOf(in QueryValue whole, in QueryValue part, FunctionContext context)
    {
        foreach (ObjectMember member in QueryValueReader.EnumerateObject(part))
        {
            context.ChargeBytes(whole.Utf8.Length);
            if (!QueryValueReader.TryGetMember(whole, member.Name.Span, out QueryValue value) ||
                !value.Equals(member.Value))
            {
                return false;
            }
        }

        return whole.IsObject;
    }

    private static QueryValue ContainsMany(ReadOnlySpan<QueryValue> arguments, bool all, FunctionContext context)
    {
        // What AND or OR says of the single answers.
        if (!arguments[0].IsArray)
        {
            return QueryValue.Undefined;
        }

        bool anyUndefined = false;
        foreach (ref readonly QueryValue value in arguments[1..])
        {
            if (!value.IsDefined)
            {
                anyUndefined = true;
            }
            else if (Has(arguments[0], value, context) != all)
            {
                return QueryValue.FromBool(!all);
            }
        }

        return anyUndefined ? QueryValue.Undefined : QueryValue.FromBool(all);
    }

    private static bool Has(in QueryValue array, in QueryValue value, FunctionContext context)
    {
        foreach (QueryValue element in QueryValueReader.EnumerateArray(array))
        {
            context.ChargeBytes(element.Utf8.Length + value.Utf8.Length);
            if (element.Equals(value))
            {
                return true;
            }
        }

        return false;
    }

    private static QueryValue Choose(ReadOnlySpan<QueryValue> arguments, FunctionContext context) =>
        arguments[0].TryGetInteger(out long position) && position >= 1 && position < arguments.Length
            ? arguments[(int)position]
            : QueryValue.Undefined;

    private static QueryValue ObjectToArray(ReadOnlySpan<QueryValue> arguments, FunctionContext context)
    {
        ReadOnlySpan<byte> name = "k"u8;
        ReadOnlySpan<byte> value = "v"u8;
        if (!arguments[0].IsObject || !TryName(arguments, 1, ref name) || !TryName(arguments, 2, ref value) ||
            name.SequenceEqual(value))
        {
            return QueryValue.Undefined;
        }

        JsonBuilder array = JsonBuilder.Array(context);
        foreach (ObjectMember member in QueryValueReader.EnumerateObject(arguments[0]))
        {
            array.Add(JsonBuilder.Object(context)
                .Add(name, QueryValue.FromUtf8String(member.Name))
                .Add(value, member.Value)
                .Build());
        }

        return array.Build();
    }

    private static bool TryName(ReadOnlySpan<QueryValue> arguments, int at, ref ReadOnlySpan<byte> name)
    {
        if (arguments.Length <= at)
        {
            return true;
        }

        name = arguments[at].Utf8.Span;
        return arguments[at].IsString;
    }

    private static QueryValue Sum(ReadOnlySpan<QueryValue> arguments, FunctionContext context) =>
        TryNumbers(arguments[0], context, out List<double> numbers)
            ? QueryValue.FromNumber(numbers.Sum())
            : QueryValue.Undefined;

    private static QueryValue Average(ReadOnlySpan<QueryValue> arguments, FunctionContext context) =>
        TryNumbers(arguments[0], context, out List<double> numbers) && numbers.Count > 0
            ? QueryValue.FromNumber(numbers.Sum() / numbers.Count)
            : QueryValue.Undefined;

    private static QueryValue Median(ReadOnlySpan<QueryValue> arguments, FunctionContext context)
    {
        if (!TryNumbers(arguments[0], context, out List<double> numbers) || numbers.Count == 0)
        {
            return QueryValue.Undefined;
        }

        // Sorting looks at each number some twenty times.
        context.Charge(numbers.Count * 4L);
        numbers.Sort();
        int middle = numbers.Count / 2;
        return QueryValue.FromNumber(numbers.Count % 2 == 1
            ? numbers[middle]
            : (numbers[middle - 1] + numbers[middle]) / 2);
    }

    private static QueryValue Extreme(in QueryValue array, int sign, FunctionContext context)
    {
        ChargeWalk(array, context);
        QueryValue best = QueryValue.Undefined;
        foreach (QueryValue element in QueryValueReader.EnumerateArray(array))
        {
            if (!element.IsPrimitive)
            {
                return QueryValue.Undefined;
            }

            if (!best.IsDefined || QueryValueComparer.Instance.Compare(element, best) * sign > 0)
            {
                best = element;
            }
        }

        return best;
    }

    private static bool TryNumbers(in QueryValue array, FunctionContext context, out List<double> numbers)
    {
        numbers = [];
        if (!array.IsArray)
        {
            return false;
        }

        ChargeWalk(array, context);
        foreach (QueryValue element in QueryValueReader.EnumerateArray(array))
        {
            if (!element.IsNumber)
            {
                return false;
            }

            numbers.Add(element.Number);
        }

        return true;
    }
}
