using Nacre.Core.Spatial;
using Nacre.Query.Functions;
using Nacre.Query.Values;

namespace Nacre.Query.Spatial;

/// <summary>Geometries that a query reads.</summary>
/// <remarks>Thread-safe.</remarks>
internal static class GeoJson
{
    /// <summary>Reads a geometry.</summary>
    /// <param name="value">Any value.</param>
    /// <param name="context">Charged by the length; it keeps the last few geometries.</param>
    /// <param name="geometry">The geometry; null when it is not valid.</param>
    /// <returns>What is wrong with it, as a sentence; null when nothing is.</returns>
    public static string? Read(in QueryValue value, FunctionContext context, out Geometry? geometry)
    {
        context.ChargeBytes(value.Utf8.Length);
        if (context.Geometries.TryGet(value.Utf8.Span, out geometry, out string? fault))
        {
            return fault;
        }

        context.ChargeBytes(16L * value.Utf8.Length);
        geometry = null;
        fault = value.IsObject
            ? GeoJsonReader.Read(value.Utf8.Span, out geometry)
            : "A geometry is an object with a type.";
        context.Geometries.Add(value.Utf8.Span, geometry, fault);
        return fault;
    }
}
