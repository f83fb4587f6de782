using System.Runtime.CompilerServices;

namespace Nacre.Client.Linq;

/// <summary>
/// What the query language has and the program has not, for the lambdas of a query: <c>cities.AsQueryable&lt;City&gt;().Where(c =>
/// QueryFunctions.Distance(c.Location, here) &lt; 50_000)</c>. <c>docs/linq.md</c> and <c>docs/query-functions.md</c> tell more of each.
/// </summary>
/// <remarks>Only for queries: called by the program itself, each throws <see cref="NotSupportedException"/>.</remarks>
public static partial class QueryFunctions
{
    /// <summary>Whether there is a value: null is one, a missing member is none.</summary>
    /// <param name="value">Usually a member.</param>
    [Dialect("IS_DEFINED")]
    public static bool IsDefined(object? value) => throw Outside();

    /// <summary>Whether the value is JSON null; false where it is missing. <c>== null</c> is true for both.</summary>
    /// <param name="value">Usually a member.</param>
    [Dialect("IS_NULL")]
    public static bool IsNull(object? value) => throw Outside();

    /// <summary>Whether it is an array.</summary>
    /// <param name="value">Usually a member.</param>
    [Dialect("IS_ARRAY")]
    public static bool IsArray(object? value) => throw Outside();

    /// <summary>Whether it is true or false.</summary>
    /// <param name="value">Usually a member.</param>
    [Dialect("IS_BOOL")]
    public static bool IsBool(object? value) => throw Outside();

    /// <summary>Whether it is a date as the query language knows them: ISO 8601 in UTC.</summary>
    /// <param name="value">Usually a member.</param>
    [Dialect("IS_DATETIME")]
    public static bool IsDateTime(object? value) => throw Outside();

    /// <summary>Whether it is a finite number.</summary>
    /// <param name="value">Usually a member.</param>
    [Dialect("IS_FINITE_NUMBER")]
    public static bool IsFiniteNumber(object? value) => throw Outside();

    /// <summary>Whether it is a whole number of 64 bits.</summary>
    /// <param name="value">Usually a member.</param>
    [Dialect("IS_INTEGER")]
    public static bool IsInteger(object? value) => throw Outside();

    /// <summary>Whether it is a number.</summary>
    /// <param name="value">Usually a member.</param>
    [Dialect("IS_NUMBER")]
    public static bool IsNumber(object? value) => throw Outside();

    /// <summary>Whether it is an object.</summary>
    /// <param name="value">Usually a member.</param>
    [Dialect("IS_OBJECT")]
    public static bool IsObject(object? value) => throw Outside();

    /// <summary>Whether it is null, a boolean, a number or a string.</summary>
    /// <param name="value">Usually a member.</param>
    [Dialect("IS_PRIMITIVE")]
    public static bool IsPrimitive(object? value) => throw Outside();

    /// <summary>Whether it is a string.</summary>
    /// <param name="value">Usually a member.</param>
    [Dialect("IS_STRING")]
    public static bool IsString(object? value) => throw Outside();

    /// <summary>A member that the type does not have.</summary>
    /// <typeparam name="T">What it is read as.</typeparam>
    /// <param name="target">The item, or an object in it.</param>
    /// <param name="name">The member's name in JSON.</param>
    public static T? Member<T>(object? target, string name) => throw Outside();

    /// <summary>The value, or the other where it is missing. Unlike C#'s <c>??</c> it lets null pass.</summary>
    /// <typeparam name="T">Their type.</typeparam>
    /// <param name="value">Usually a member.</param>
    /// <param name="fallback">In its place.</param>
    public static T IfUndefined<T>(T value, T fallback) => throw Outside();

    /// <summary>Calls a user-defined function.</summary>
    /// <typeparam name="T">What it answers.</typeparam>
    /// <param name="name">Its name, without <c>udf.</c>; a name of letters, digits and _.</param>
    /// <param name="arguments">What it is given.</param>
    public static T UserDefined<T>(string name, params object?[] arguments) => throw Outside();

    /// <summary>Whether the text begins with the other.</summary>
    /// <param name="text">Usually a member.</param>
    /// <param name="prefix">What it begins with.</param>
    /// <param name="ignoreCase">Whether case does not matter.</param>
    [Dialect("STARTSWITH")]
    public static bool StartsWith(string? text, string prefix, bool ignoreCase) => throw Outside();

    /// <summary>Whether the text ends with the other.</summary>
    /// <param name="text">Usually a member.</param>
    /// <param name="suffix">What it ends with.</param>
    /// <param name="ignoreCase">Whether case does not matter.</param>
    [Dialect("ENDSWITH")]
    public static bool EndsWith(string? text, string suffix, bool ignoreCase) => throw Outside();

    /// <summary>Whether the text contains the other.</summary>
    /// <param name="text">Usually a member.</param>
    /// <param name="part">What it contains.</param>
    /// <param name="ignoreCase">Whether case does not matter.</param>
    [Dialect("CONTAINS")]
    public static bool Contains(string? text, string part, bool ignoreCase) => throw Outside();

    /// <summary>Whether the texts are equal.</summary>
    /// <param name="text">Usually a member.</param>
    /// <param name="other">The other.</param>
    /// <param name="ignoreCase">Whether case does not matter.</param>
    [Dialect("STRINGEQUALS")]
    public static bool StringEquals(string? text, string other, bool ignoreCase) => throw Outside();

    /// <summary>Whether the text matches a pattern of LIKE: % for any characters, _ for one, [a-c] for one of a set.</summary>
    /// <param name="text">Usually a member.</param>
    /// <param name="pattern">The pattern; the whole text must match.</param>
    public static bool Like(string? text, string pattern) => throw Outside();

    /// <summary>Whether the text matches a regular expression somewhere.</summary>
    /// <param name="text">Usually a member.</param>
    /// <param name="pattern">The expression.</param>
    [Dialect("RegexMatch")]
    public static bool RegexMatch(string? text, string pattern) => throw Outside();

    /// <summary>Whether the text matches a regular expression somewhere.</summary>
    /// <param name="text">Usually a member.</param>
    /// <param name="pattern">The expression.</param>
    /// <param name="modifiers">Of <c>i</c> any case, <c>m</c> lines, <c>s</c> dots take line ends, <c>x</c> white space is none.</param>
    [Dialect("RegexMatch")]
    public static bool RegexMatch(string? text, string pattern, string modifiers) => throw Outside();

    internal static NotSupportedException Outside([CallerMemberName] string method = "") => new(
        $"QueryFunctions.{method} is for the lambdas of a query that Container.AsQueryable began; it computes nothing in the program.");
}
