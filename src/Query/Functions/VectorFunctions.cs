using Nacre.Query.Values;

namespace Nacre.Query.Functions;

/// <summary>The distance between two vectors.</summary>
internal static class VectorFunctions
{
    public static IEnumerable<ScalarFunction> All =>
    [
        new("VECTORDISTANCE", FunctionFamily.Vector, 2, 4,
            "How alike two vectors are: cosine similarity, dot product or Euclidean distance.", Distance),
    ];

    private static QueryValue Distance(ReadOnlySpan<QueryValue> arguments, FunctionContext context)
    {
        // The third argument says whether an index may be used, which changes no exact answer.
        if (!arguments[0].IsArray || !arguments[1].IsArray ||
            (arguments.Length > 2 && !arguments[2].IsBoolean) || !TryMetric(arguments, out Metric metric))
        {
            return QueryValue.Undefined;
        }

        context.ChargeBytes(arguments[0].Utf8.Length + arguments[1].Utf8.Length);
        double dot = 0;
        double leftSquares = 0;
        double rightSquares = 0;
        double distance = 0;
        int length = 0;
        ArrayEnumerator left = QueryValueReader.EnumerateArray(arguments[0]);
        ArrayEnumerator right = QueryValueReader.EnumerateArray(arguments[1]);
        while (true)
        {
            bool more = left.MoveNext();
            if (more != right.MoveNext())
            {
                return QueryValue.Undefined;
            }

            if (!more)
            {
                break;
            }

            if (!left.Current.IsNumber || !right.Current.IsNumber)
            {
                return QueryValue.Undefined;
            }

            double x = left.Current.Number;
            double y = right.Current.Number;
            dot += x * y;
            leftSquares += x * x;
            rightSquares += y * y;
            distance += (x - y) * (x - y);
            length++;
        }

        double answer = metric switch
        {
            Metric.Cosine => dot / (Math.Sqrt(leftSquares) * Math.Sqrt(rightSquares)),
            Metric.DotProduct => dot,
            _ => Math.Sqrt(distance),
        };

        // A vector of zeros has no direction.
        return length == 0 || double.IsNaN(answer) ? QueryValue.Undefined : QueryValue.FromNumber(answer);
    }

    private static bool TryMetric(ReadOnlySpan<QueryValue> arguments, out Metric metric)
    {
        metric = Metric.Cosine;
        if (arguments.Length < 4)
        {
            return true;
        }

        if (!arguments[3].IsObject)
        {
            return false;
        }

        if (QueryValueReader.TryGetMember(arguments[3], "dataType"u8, out QueryValue type) &&
            !(type.IsString && type.GetString().ToLowerInvariant() is "float32" or "float16" or "int8" or "uint8"))
        {
            return false;
        }

        if (!QueryValueReader.TryGetMember(arguments[3], "distanceFunction"u8, out QueryValue name))
        {
            return true;
        }

        switch (name.IsString ? name.GetString().ToLowerInvariant() : null)
        {
            case "cosine":
                return true;
            case "dotproduct":
                metric = Metric.DotProduct;
                return true;
            case "euclidean":
                metric = Metric.Euclidean;
                return true;
            default:
                return false;
        }
    }

    private enum Metric
    {
        Cosine,
        DotProduct,
        Euclidean,
    }
}
