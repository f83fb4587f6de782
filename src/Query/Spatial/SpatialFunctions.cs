using Nacre.Core.Spatial;
using Nacre.Query.Functions;
using Nacre.Query.Values;

namespace Nacre.Query.Spatial;

/// <summary>Functions of GeoJSON geometries.</summary>
internal static class SpatialFunctions
{
    private const FunctionFamily Family = FunctionFamily.Spatial;

    public static IEnumerable<ScalarFunction> All =>
    [
        new("ST_AREA", Family, 1, 1, "The area of a geometry in square metres.", static (arguments, context) =>
            GeoJson.Read(arguments[0], context, out Geometry? geometry) is null
                ? QueryValue.FromNumber((geometry!.Polygons ?? []).Sum(polygon => polygon.AreaSquareMetres()))
                : QueryValue.Undefined),
        Of("ST_DISTANCE", "The shortest distance between two geometries in metres.", static (left, right, context) =>
            QueryValue.FromNumber(SpatialRelations.DistanceMetres(left, right, context))),
        Of("ST_INTERSECTS", "Whether two geometries have a point in common.", static (left, right, context) =>
            QueryValue.FromBool(SpatialRelations.Intersect(left, right, context))),
        new("ST_ISVALID", Family, 1, 1, "Whether the value is a valid geometry.",
            static (arguments, context) => QueryValue.FromBool(FaultOf(arguments[0], context) is null)),
        new("ST_ISVALIDDETAILED", Family, 1, 1, "Whether the value is a valid geometry, and if not, why.", Explain),
        Of("ST_WITHIN", "Whether all of the first geometry belongs to the second.", static (left, right, context) =>
            QueryValue.FromBool(SpatialRelations.IsWithin(left, right, context))),
    ];

    private static ScalarFunction Of(
        string name, string description, Func<Geometry, Geometry, FunctionContext, QueryValue> answer) =>
        new(name, Family, 2, 2, description, (arguments, context) =>
            GeoJson.Read(arguments[0], context, out Geometry? left) is null &&
            GeoJson.Read(arguments[1], context, out Geometry? right) is null
                ? answer(left!, right!, context)
                : QueryValue.Undefined);

    private static QueryValue Explain(ReadOnlySpan<QueryValue> arguments, FunctionContext context)
    {
        string? fault = FaultOf(arguments[0], context);
        JsonBuilder answer = JsonBuilder.Object(context).Add("valid"u8, QueryValue.FromBool(fault is null));
        if (fault is not null)
        {
            answer.Add("reason"u8, QueryValue.FromString(fault));
        }

        return answer.Build();
    }

    private static string? FaultOf(in QueryValue value, FunctionContext context)
    {
        if (GeoJson.Read(value, context, out Geometry? geometry) is { } fault)
        {
            return fault;
        }

        foreach (GeoPolygon polygon in geometry!.Polygons ?? [])
        {
            if (RingCrossings.Any(polygon.Rings, context))
            {
                return "The rings of a polygon neither cross nor touch themselves, nor cross one another.";
            }
        }

        return null;
    }
}
