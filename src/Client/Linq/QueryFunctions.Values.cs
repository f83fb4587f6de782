namespace Nacre.Client.Linq;

public static partial class QueryFunctions
{
    /// <summary>Whether an element of the array equals the value.</summary>
    /// <typeparam name="T">What an element is.</typeparam>
    /// <param name="array">Usually a member.</param>
    /// <param name="value">Of any type that JSON has.</param>
    [Dialect("ARRAY_CONTAINS")]
    public static bool ArrayContains<T>(IEnumerable<T>? array, object? value) => throw Outside();

    /// <summary>Whether an element of the array equals the value, or, where <paramref name="isPartial"/>, has all its members with equal values.</summary>
    /// <typeparam name="T">What an element is.</typeparam>
    /// <param name="array">Usually a member.</param>
    /// <param name="value">Such as <c>new { kind = "river" }</c>.</param>
    /// <param name="isPartial">Whether elements may have more members.</param>
    [Dialect("ARRAY_CONTAINS")]
    public static bool ArrayContains<T>(IEnumerable<T>? array, object? value, bool isPartial) => throw Outside();

    /// <summary>Whether the array has all values.</summary>
    /// <typeparam name="T">What an element is.</typeparam>
    /// <param name="array">Usually a member.</param>
    /// <param name="values">At least one.</param>
    [Dialect("ARRAY_CONTAINS_ALL")]
    public static bool ArrayContainsAll<T>(IEnumerable<T>? array, params T[] values) => throw Outside();

    /// <summary>Whether the array has one of the values.</summary>
    /// <typeparam name="T">What an element is.</typeparam>
    /// <param name="array">Usually a member.</param>
    /// <param name="values">At least one.</param>
    [Dialect("ARRAY_CONTAINS_ANY")]
    public static bool ArrayContainsAny<T>(IEnumerable<T>? array, params T[] values) => throw Outside();

    /// <summary>The elements of one array and then of the other.</summary>
    /// <typeparam name="T">What an element is.</typeparam>
    /// <param name="first">Usually a member.</param>
    /// <param name="second">The other.</param>
    [Dialect("ARRAY_CONCAT")]
    public static T[] ArrayConcat<T>(IEnumerable<T>? first, IEnumerable<T>? second) => throw Outside();

    /// <summary>The elements from one place on.</summary>
    /// <typeparam name="T">What an element is.</typeparam>
    /// <param name="array">Usually a member.</param>
    /// <param name="start">From 0; negative counts from the end.</param>
    /// <param name="count">At most so many.</param>
    [Dialect("ARRAY_SLICE")]
    public static T[] ArraySlice<T>(IEnumerable<T>? array, int start, int count) => throw Outside();

    /// <summary>What is in both arrays, each once.</summary>
    /// <typeparam name="T">What an element is.</typeparam>
    /// <param name="first">Usually a member.</param>
    /// <param name="second">The other.</param>
    [Dialect("SetIntersect")]
    public static T[] SetIntersect<T>(IEnumerable<T>? first, IEnumerable<T>? second) => throw Outside();

    /// <summary>What is in one of the arrays, each once.</summary>
    /// <typeparam name="T">What an element is.</typeparam>
    /// <param name="first">Usually a member.</param>
    /// <param name="second">The other.</param>
    [Dialect("SetUnion")]
    public static T[] SetUnion<T>(IEnumerable<T>? first, IEnumerable<T>? second) => throw Outside();

    /// <summary>What is in the first array and not in the second, each once.</summary>
    /// <typeparam name="T">What an element is.</typeparam>
    /// <param name="first">Usually a member.</param>
    /// <param name="second">The other.</param>
    [Dialect("SetDifference")]
    public static T[] SetDifference<T>(IEnumerable<T>? first, IEnumerable<T>? second) => throw Outside();

    /// <summary>A GeoJSON point.</summary>
    /// <param name="longitude">Degrees, from -180 to 180.</param>
    /// <param name="latitude">Degrees, from -90 to 90.</param>
    public static object Point(double longitude, double latitude) => throw Outside();

    /// <summary>The distance of two GeoJSON geometries in metres.</summary>
    /// <param name="from">Usually a member.</param>
    /// <param name="to">Such as <see cref="Point"/>, or any object that is GeoJSON when it is written.</param>
    [Dialect("ST_DISTANCE")]
    public static double Distance(object? from, object? to) => throw Outside();

    /// <summary>Whether all of one geometry belongs to the other.</summary>
    /// <param name="geometry">Usually a member.</param>
    /// <param name="area">A polygon; its outer ring runs counter-clockwise.</param>
    [Dialect("ST_WITHIN")]
    public static bool Within(object? geometry, object? area) => throw Outside();

    /// <summary>Whether two geometries have a point in common.</summary>
    /// <param name="geometry">Usually a member.</param>
    /// <param name="other">The other.</param>
    [Dialect("ST_INTERSECTS")]
    public static bool Intersects(object? geometry, object? other) => throw Outside();

    /// <summary>Whether the value is a valid GeoJSON geometry.</summary>
    /// <param name="value">Usually a member.</param>
    [Dialect("ST_ISVALID")]
    public static bool IsValidGeometry(object? value) => throw Outside();

    /// <summary>Square metres of a geometry.</summary>
    /// <param name="geometry">Usually a member.</param>
    [Dialect("ST_AREA")]
    public static double Area(object? geometry) => throw Outside();

    /// <summary>The cosine similarity of two vectors, from -1 to 1.</summary>
    /// <typeparam name="T">What their numbers are.</typeparam>
    /// <param name="vector">Usually a member.</param>
    /// <param name="other">Of the same length.</param>
    [Dialect("VectorDistance")]
    public static double VectorDistance<T>(IEnumerable<T>? vector, IEnumerable<T> other) => throw Outside();

    /// <summary>How many boundaries of a part lie between two dates in UTC.</summary>
    /// <typeparam name="T">What the dates are.</typeparam>
    /// <param name="part">Such as <c>day</c>.</param>
    /// <param name="from">The earlier, for a positive answer.</param>
    /// <param name="to">The later.</param>
    [Dialect("DateTimeDiff")]
    public static long DateTimeDiff<T>(string part, T from, T to) => throw Outside();

    /// <summary>A part of a date in UTC.</summary>
    /// <typeparam name="T">What the date is.</typeparam>
    /// <param name="part">Such as <c>year</c>, <c>month</c>, <c>hour</c>.</param>
    /// <param name="date">Usually a member.</param>
    [Dialect("DateTimePart")]
    public static long DateTimePart<T>(string part, T date) => throw Outside();

    /// <summary>A date in UTC as 100 ns since 1970, which compare as numbers whatever the dates are written with.</summary>
    /// <typeparam name="T">What the date is.</typeparam>
    /// <param name="date">Usually a member.</param>
    [Dialect("DateTimeToTicks")]
    public static long DateTimeToTicks<T>(T date) => throw Outside();

    /// <summary>The query's instant in milliseconds since 1970, by the server's clock.</summary>
    [Dialect("GetCurrentTimestamp")]
    public static long CurrentTimestamp() => throw Outside();
}
