using System.Collections.Frozen;

namespace Nacre.Client.Linq;

/// <summary>Methods of the program that are one function of the query language, argument by argument.</summary>
internal static class MethodTable
{
    /// <summary>The function by type, name, and how many values it takes, the object in front included.</summary>
    public static FrozenDictionary<(Type Type, string Name, int Values), string> Functions { get; } = new Dictionary<(Type, string, int), string>
    {
        [(typeof(string), "ToUpper", 1)] = "UPPER",
        [(typeof(string), "ToUpperInvariant", 1)] = "UPPER",
        [(typeof(string), "ToLower", 1)] = "LOWER",
        [(typeof(string), "ToLowerInvariant", 1)] = "LOWER",
        [(typeof(string), "Trim", 1)] = "TRIM",
        [(typeof(string), "TrimStart", 1)] = "LTRIM",
        [(typeof(string), "TrimEnd", 1)] = "RTRIM",
        [(typeof(string), "Replace", 3)] = "REPLACE",
        [(typeof(string), "Substring", 3)] = "SUBSTRING",
        [(typeof(string), "IndexOf", 2)] = "INDEX_OF",
        [(typeof(string), "LastIndexOf", 2)] = "LASTINDEXOF",
        [(typeof(string), "Split", 2)] = "STRINGSPLIT",
        [(typeof(Math), "Abs", 1)] = "ABS",
        [(typeof(Math), "Acos", 1)] = "ACOS",
        [(typeof(Math), "Asin", 1)] = "ASIN",
        [(typeof(Math), "Atan", 1)] = "ATAN",
        [(typeof(Math), "Atan2", 2)] = "ATN2",
        [(typeof(Math), "Ceiling", 1)] = "CEILING",
        [(typeof(Math), "Cos", 1)] = "COS",
        [(typeof(Math), "Exp", 1)] = "EXP",
        [(typeof(Math), "Floor", 1)] = "FLOOR",
        [(typeof(Math), "Log", 1)] = "LOG",
        [(typeof(Math), "Log", 2)] = "LOG",
        [(typeof(Math), "Log10", 1)] = "LOG10",
        [(typeof(Math), "Pow", 2)] = "POWER",
        [(typeof(Math), "Sign", 1)] = "SIGN",
        [(typeof(Math), "Sin", 1)] = "SIN",
        [(typeof(Math), "Sqrt", 1)] = "SQRT",
        [(typeof(Math), "Tan", 1)] = "TAN",
        [(typeof(Math), "Truncate", 1)] = "TRUNC",
        [(typeof(double), "RadiansToDegrees", 1)] = "DEGREES",
        [(typeof(double), "DegreesToRadians", 1)] = "RADIANS",
        [(typeof(int), "Parse", 1)] = "StringToNumber",
        [(typeof(long), "Parse", 1)] = "StringToNumber",
        [(typeof(double), "Parse", 1)] = "StringToNumber",
    }.ToFrozenDictionary();
}
