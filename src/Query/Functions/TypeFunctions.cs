using Nacre.Query.Values;

namespace Nacre.Query.Functions;

/// <summary>Questions about types; undefined has an answer too.</summary>
internal static class TypeFunctions
{
    public static IEnumerable<ScalarFunction> All =>
    [
        Is("IS_ARRAY", "Whether the value is an array.", static value => value.IsArray),
        Is("IS_BOOL", "Whether the value is true or false.", static value => value.IsBoolean),
        Is("IS_DATETIME", "Whether the value is a string with an ISO 8601 date, or date and time, in UTC.",
            static value => value.IsString && IsoDateTime.TryParse(value.Utf8.Span, out _)),
        Is("IS_DEFINED", "Whether there is a value.", static value => value.IsDefined),
        Is("IS_FINITE_NUMBER", "Whether the value is a number, and neither NaN nor infinite.",
            static value => value.IsNumber && double.IsFinite(value.Number)),
        Is("IS_INTEGER", "Whether the value is a number without a fraction that a 64-bit integer holds.",
            static value => value.TryGetInteger(out _)),
        Is("IS_NULL", "Whether the value is null.", static value => value.Kind == ValueKind.Null),
        Is("IS_NUMBER", "Whether the value is a number.", static value => value.IsNumber),
        Is("IS_OBJECT", "Whether the value is an object.", static value => value.IsObject),
        Is("IS_PRIMITIVE", "Whether the value is null, a boolean, a number or a string.",
            static value => value.IsPrimitive),
        Is("IS_STRING", "Whether the value is a string.", static value => value.IsString),
    ];

    private static ScalarFunction Is(string name, string description, Func<QueryValue, bool> question) =>
        new(name, FunctionFamily.TypeChecking, 1, 1, description,
            (arguments, _) => QueryValue.FromBool(question(arguments[0])))
        {
            AcceptsUndefined = true,
        };
}
