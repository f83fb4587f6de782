namespace Nacre.Query.Tests.Functions;

/// <summary>
/// The documented examples of each function, and the cases in which it has no answer. A table a family; a test sees to
/// it that no function is left out.
/// </summary>
internal static partial class FunctionExamples
{
    public static IEnumerable<Example> All =>
        new[] { Arrays, Conditional, DatesAndTimes, Mathematics, Integers, Strings, Searches, Conversions, Types, Spatial, Vectors }
            .SelectMany(Example.Parse);

    private const string Conditional = """
        IIF(true, 123, 456) => 123
        IIF(false, 123, 456) => 456
        IIF(123, 123, 456) => 456
        IIF("ABC", 123, 456) => 456
        IIF([1,2,3], 123, 456) => 456
        IIF({"name": "Alice", "age": 20}, 123, 456) => 456
        IIF(null, 123, 456) => 456
        IIF(undefined, 123, 456) => 456
        IIF(true, 123, undefined) => 123
        IIF(true, undefined, 456) => undefined
        """;

    private const string Arrays = """
        ARRAY_AVG([1, 2, 3, 4]) => 2.5
        ARRAY_AVG([1.0, 2.0, 3.3, 4.7]) => 2.75
        ARRAY_AVG([1, -2.7, 3, -4]) => -0.675
        ARRAY_AVG([]) => undefined
        ARRAY_AVG(["abc", "ABC"]) => undefined
        ARRAY_AVG([12, "abc", true, false, null]) => undefined
        ARRAY_AVG(12) => undefined
        ARRAY_AVG(undefined) => undefined

        ARRAY_CONCAT(["apples", "strawberries"], ["bananas"]) => ["apples","strawberries","bananas"]
        ARRAY_CONCAT([], [ 1 , {"a": [2]} ], [], [3]) => [1,{"a":[2]},3]
        ARRAY_CONCAT([1], 2) => undefined
        ARRAY_CONCAT([1], [2], undefined) => undefined

        ARRAY_CONTAINS(["coats", "jackets", "sweatshirts"], "coats") => true
        ARRAY_CONTAINS(["coats", "jackets", "sweatshirts"], "hoodies") => false
        ARRAY_CONTAINS([{"category": "shirts", "color": "blue"}], {"category": "shirts", "color": "blue"}) => true
        ARRAY_CONTAINS([{"category": "shirts", "color": "blue"}], {"color": "blue", "category": "shirts"}) => true
        ARRAY_CONTAINS([{"category": "shirts", "color": "blue"}], {"category": "shirts"}) => false
        ARRAY_CONTAINS([{"category": "shirts", "color": "blue"}], {"category": "shirts"}, true) => true
        ARRAY_CONTAINS([{"category": "shirts", "color": "blue"}], {"category": "shorts", "color": "blue"}, true) => false
        ARRAY_CONTAINS([{"a": 1}, {"b": 2}], {}, true) => true
        ARRAY_CONTAINS([1, 2], {}, true) => false
        ARRAY_CONTAINS([1, 2], 2.0, true) => true
        ARRAY_CONTAINS([1, null], null) => true
        ARRAY_CONTAINS([1, "2"], 2) => false
        ARRAY_CONTAINS([1], 1, undefined) => true
        ARRAY_CONTAINS([], 1) => false
        ARRAY_CONTAINS(null, 1) => undefined
        ARRAY_CONTAINS([1], undefined) => undefined
        ARRAY_CONTAINS(undefined, 1) => undefined
        ARRAY_CONTAINS([1], 1, "yes") => undefined

        ARRAY_CONTAINS_ALL([1, true, "3", [1,2,3]], 1, true, "3", [1,2,3]) => true
        ARRAY_CONTAINS_ALL([1, 2, 3, 4], 2, 3, 4, 5) => false
        ARRAY_CONTAINS_ALL([1, 2, 3, 4], 1, undefined) => undefined
        ARRAY_CONTAINS_ALL([1, 2, 3, 4], 5, 6, 7, 8) => false
        ARRAY_CONTAINS_ALL([], 1, 2, 3) => false
        ARRAY_CONTAINS_ALL([1, 2, 3, 4], 5, undefined) => false
        ARRAY_CONTAINS_ALL("abc", "a") => undefined

        ARRAY_CONTAINS_ANY([1, true, "3", [1,2,3]], 1, true, "3", [1,2,3]) => true
        ARRAY_CONTAINS_ANY([1, 2, 3, 4], 2, 3, 4, 5) => true
        ARRAY_CONTAINS_ANY([1, 2, 3, 4], 1, undefined) => true
        ARRAY_CONTAINS_ANY([1, 2, 3, 4], 5, 6, 7, 8) => false
        ARRAY_CONTAINS_ANY([], 1, 2, 3) => false
        ARRAY_CONTAINS_ANY([1, 2, 3, 4], 5, undefined) => undefined
        ARRAY_CONTAINS_ANY("abc", "a") => undefined

        ARRAY_LENGTH([70, 86, 92, 99, 85, 90, 82]) => 7
        ARRAY_LENGTH([]) => 0
        ARRAY_LENGTH([[1,2],{"a":[3]},"[4,5]"]) => 3
        ARRAY_LENGTH(null) => undefined
        ARRAY_LENGTH("abc") => undefined

        ARRAY_MAX([1, 2, 3, 4]) => 4
        ARRAY_MAX(["abc", "ABC", "aBc", "AbC"]) => "abc"
        ARRAY_MAX([true, false]) => true
        ARRAY_MAX([null, null]) => null
        ARRAY_MAX([12, "abc", true, false, null]) => "abc"
        ARRAY_MAX([]) => undefined
        ARRAY_MAX([1, [2]]) => undefined
        ARRAY_MAX(1) => undefined

        ARRAY_MEDIAN([1, 2, 3, 4]) => 2.5
        ARRAY_MEDIAN([1.0, 2.0, 3.3, 4.7, 7.8]) => 3.3
        ARRAY_MEDIAN([1, -2.7, 3, -4]) => -0.8500000000000001
        ARRAY_MEDIAN([]) => undefined
        ARRAY_MEDIAN(["abc", "ABC"]) => undefined
        ARRAY_MEDIAN([12, "abc", true, false, null]) => undefined

        ARRAY_MIN([1, 2, 3, 4]) => 1
        ARRAY_MIN(["abc", "ABC", "aBc", "AbC"]) => "ABC"
        ARRAY_MIN([true, false]) => false
        ARRAY_MIN([12, "abc", true, false, null]) => null
        ARRAY_MIN([]) => undefined
        ARRAY_MIN([1, {}]) => undefined

        ARRAY_SLICE([70, 86, 92, 99, 85, 90, 82], 0) => [70,86,92,99,85,90,82]
        ARRAY_SLICE([70, 86, 92, 99, 85, 90, 82], 1) => [86,92,99,85,90,82]
        ARRAY_SLICE([70, 86, 92, 99, 85, 90, 82], -1) => [82]
        ARRAY_SLICE([70, 86, 92, 99, 85, 90, 82], -2) => [90,82]
        ARRAY_SLICE([70, 86, 92, 99, 85, 90, 82], 0, 3) => [70,86,92]
        ARRAY_SLICE([70, 86, 92, 99, 85, 90, 82], 0, 12) => [70,86,92,99,85,90,82]
        ARRAY_SLICE([70, 86, 92, 99, 85, 90, 82], 3, 5) => [99,85,90,82]
        ARRAY_SLICE([70, 86, 92, 99, 85, 90, 82], -2, 1) => [90]
        ARRAY_SLICE([1, 2], -9, 1) => [1]
        ARRAY_SLICE([1, 2], 2) => []
        ARRAY_SLICE([1, 2], 0, 0) => []
        ARRAY_SLICE([1, 2], 0, -1) => []
        ARRAY_SLICE([1, 2], 0.5) => undefined
        ARRAY_SLICE([1, 2], "0") => undefined
        ARRAY_SLICE([1, 2], 0, null) => undefined
        ARRAY_SLICE("abc", 0) => undefined

        ARRAY_SUM([1, 2, 3, 4]) => 10
        ARRAY_SUM([1, -2.7, 3, -4]) => -2.7
        ARRAY_SUM([]) => 0
        ARRAY_SUM(["abc"]) => undefined
        ARRAY_SUM(null) => undefined

        CHOOSE(0, "abc", 1, true, [1]) => undefined
        CHOOSE(1, "abc", 1, true, [1]) => "abc"
        CHOOSE(2, "abc", 1, true, [1]) => 1
        CHOOSE(3, "abc", 1, true, [1]) => true
        CHOOSE(4, "abc", 1, true, [1]) => [1]
        CHOOSE(5, "abc", 1, true, [1]) => undefined
        CHOOSE(1, "abc", undefined) => "abc"
        CHOOSE(2, "abc", undefined) => undefined
        CHOOSE("1", "abc") => undefined
        CHOOSE(undefined, "abc") => undefined

        OBJECTTOARRAY({"a": "12345", "b": "67890"}) => [{"k":"a","v":"12345"},{"k":"b","v":"67890"}]
        OBJECTTOARRAY({"a": "12345", "b": "67890"}, "name") => [{"name":"a","v":"12345"},{"name":"b","v":"67890"}]
        OBJECTTOARRAY({"a": "12345", "b": "67890"}, "key", "value") => [{"key":"a","value":"12345"},{"key":"b","value":"67890"}]
        OBJECTTOARRAY({}) => []
        OBJECTTOARRAY([1]) => undefined
        OBJECTTOARRAY({"a": 1}, 2) => undefined
        OBJECTTOARRAY({"a": 1}, "x", "x") => undefined

        SETDIFFERENCE([1, 2, 3], [1, 2, 6, 7]) => [3]
        SETDIFFERENCE([1, 2, 6, 7], [1, 2, 3]) => [6,7]
        SETDIFFERENCE([1, 2, 3, 4], [1, 2, 3, 4, 5, 6]) => []
        SETDIFFERENCE([], [1, 2, 3]) => []
        SETDIFFERENCE([1, 2, 3], []) => [1,2,3]
        SETDIFFERENCE([1, 1, 1, 1], [2, 3, 4]) => [1]
        SETDIFFERENCE([1], 1) => undefined

        SETEQUAL([1, 2, 3], [1, 2, 3]) => true
        SETEQUAL([1, 2, 3], [3, 2, 1]) => true
        SETEQUAL([1, 2, 3, 3], [1, 2, 2, 3, 1, 2]) => true
        SETEQUAL([], [1, 2, 3]) => false
        SETEQUAL([1, true, "abc"], [true, 1, "abc"]) => true
        SETEQUAL([1, 1, 1, 1], [2, 3, 4]) => false
        SETEQUAL([{"a":1,"b":2}], [{"b":2.0,"a":1}]) => true
        SETEQUAL(null, []) => undefined

        SETINTERSECT([1, 2, 3, 4], [3, 4, 5, 6]) => [3,4]
        SETINTERSECT([1, 2, 3, 4], []) => []
        SETINTERSECT([1, 2, 3, 4], [1, 1, 1, 1]) => [1]
        SETINTERSECT([1, 2, 3, 4], ["A", "B"]) => []
        SETINTERSECT([1, 2, "A", "B"], ["A", 1]) => ["A",1]
        SETINTERSECT([1], undefined) => undefined
        SETINTERSECT({}, []) => undefined

        SETUNION([1, 2, 3, 4], [3, 4, 5, 6]) => [1,2,3,4,5,6]
        SETUNION([1, 2, 3, 4], []) => [1,2,3,4]
        SETUNION([1, 2, 3, 4], [1, 1, 1, 1]) => [1,2,3,4]
        SETUNION([1, 2, "A", "B"], ["A", 1]) => [1,2,"A","B"]
        SETUNION([1], "a") => undefined
        """;

    private const string Types = """
        IS_ARRAY(true) => false
        IS_ARRAY("AdventureWorks") => false
        IS_ARRAY({"size": "small"}) => false
        IS_ARRAY([25344, 82947]) => true
        IS_ARRAY(undefined) => false
        IS_BOOL(true) => true
        IS_BOOL(65) => false
        IS_BOOL("true") => false
        IS_BOOL(null) => false
        IS_BOOL(undefined) => false
        IS_DATETIME("2024-12-12") => true
        IS_DATETIME("2024-12-12Z") => true
        IS_DATETIME("2024-12-12 20:21:25") => true
        IS_DATETIME("2024-12-12T20:21:25Z") => true
        IS_DATETIME("2024-12-12T20:21:25.123") => true
        IS_DATETIME("2024-12-12 20:21:25.123Z") => true
        IS_DATETIME("2023-03-06T15:29:59.1234567Z") => true
        IS_DATETIME("2024-12-12T20Z") => false
        IS_DATETIME("2024-12-12 20:21:25.") => false
        IS_DATETIME("2023-03-06T15:29:59.12345678") => false
        IS_DATETIME("2023-02-29") => false
        IS_DATETIME("2024-02-29") => true
        IS_DATETIME("2023-13-01") => false
        IS_DATETIME("2023-00-01") => false
        IS_DATETIME("0000-01-01") => false
        IS_DATETIME("2023-03-06T24:00:00") => false
        IS_DATETIME("2023-03-06x15:29:59") => false
        IS_DATETIME("2023-03-06T15:29:59+01:00") => false
        IS_DATETIME("") => false
        IS_DATETIME(20230306) => false
        IS_DATETIME(undefined) => false
        IS_DEFINED(5) => true
        IS_DEFINED(null) => true
        IS_DEFINED(undefined) => false
        IS_FINITE_NUMBER(1234.567) => true
        IS_FINITE_NUMBER(Infinity) => false
        IS_FINITE_NUMBER(NaN) => false
        IS_FINITE_NUMBER("1") => false
        IS_FINITE_NUMBER(undefined) => false
        IS_INTEGER(3454.123) => false
        IS_INTEGER(5523432) => true
        IS_INTEGER(-9223372036854775808) => true
        IS_INTEGER(9223372036854775807) => true
        IS_INTEGER(18446744073709551615) => false
        IS_INTEGER("1") => false
        IS_INTEGER(undefined) => false
        IS_NULL(null) => true
        IS_NULL(false) => false
        IS_NULL(undefined) => false
        IS_NUMBER(true) => false
        IS_NUMBER(1) => true
        IS_NUMBER(NaN) => true
        IS_NUMBER("value") => false
        IS_NUMBER(undefined) => false
        IS_OBJECT({"name": "Tecozow coat"}) => true
        IS_OBJECT(["green", "red", "yellow"]) => false
        IS_OBJECT(undefined) => false
        IS_PRIMITIVE(true) => true
        IS_PRIMITIVE(1) => true
        IS_PRIMITIVE("value") => true
        IS_PRIMITIVE(null) => true
        IS_PRIMITIVE(["green"]) => false
        IS_PRIMITIVE({"name": "Tecozow coat"}) => false
        IS_PRIMITIVE(undefined) => false
        IS_STRING("value") => true
        IS_STRING(1) => false
        IS_STRING(undefined) => false
        """;

    private const string Vectors = """
        VECTORDISTANCE([1, 2, 3], [1, 2, 3]) => 1
        VECTORDISTANCE([1, 0], [0, 2]) => 0
        VECTORDISTANCE([1, 0], [-3, 0]) => -1
        VECTORDISTANCE([3, 4], [4, 3]) => 0.96
        VECTORDISTANCE([3, 4], [4, 3], true) => 0.96
        VECTORDISTANCE([3, 4], [4, 3], false, {"distanceFunction": "cosine", "dataType": "float32"}) => 0.96
        VECTORDISTANCE([3, 4], [4, 3], true, {"distanceFunction": "dotproduct"}) => 24
        VECTORDISTANCE([1, 1], [4, 5], true, {"distanceFunction": "Euclidean"}) => 5
        VECTORDISTANCE([1, 2], [1, 2, 3]) => undefined
        VECTORDISTANCE([], []) => undefined
        VECTORDISTANCE([0, 0], [1, 2]) => undefined
        VECTORDISTANCE([1, "2"], [1, 2]) => undefined
        VECTORDISTANCE("12", [1, 2]) => undefined
        VECTORDISTANCE([1], [1], 1) => undefined
        VECTORDISTANCE([1], [1], true, "cosine") => undefined
        VECTORDISTANCE([1], [1], true, {"distanceFunction": "manhattan"}) => undefined
        VECTORDISTANCE([1], [1], true, {"dataType": "text"}) => undefined
        VECTORDISTANCE(undefined, [1]) => undefined
        """;
}
