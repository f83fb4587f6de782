namespace Nacre.Query.Tests.Functions;

internal static partial class FunctionExamples
{
    private const string Strings = """
        CONCAT("adventure", "works") => "adventureworks"
        CONCAT("a", "", "b", "é") => "abé"
        CONCAT("a", 1) => undefined
        CONCAT("a", "b", undefined) => undefined

        LEFT("AdventureWorks", 0) => ""
        LEFT("AdventureWorks", 1) => "A"
        LEFT("AdventureWorks", 5) => "Adven"
        LEFT("AdventureWorks", 14) => "AdventureWorks"
        LEFT("AdventureWorks", 100) => "AdventureWorks"
        LEFT("éa😀b", 4) => "éa😀"
        LEFT("abc", -1) => ""
        LEFT("abc", 1.5) => undefined
        LEFT(123, 1) => undefined

        LENGTH("AdventureWorks") => 14
        LENGTH("") => 0
        LENGTH("é中😀") => 4
        LENGTH(null) => undefined
        LENGTH(0) => undefined
        LENGTH(["Adventure", "Works"]) => undefined

        LOWER("adventureworks") => "adventureworks"
        LOWER("ADVENTURE_WORKS") => "adventure_works"
        LOWER("ÀÉ Ω Д") => "àé ω д"
        LOWER(5) => undefined

        LTRIM(" AdventureWorks") => "AdventureWorks"
        LTRIM(" AdventureWorks ") => "AdventureWorks "
        LTRIM("AdventureWorks", "Works") => "AdventureWorks"
        LTRIM("AdventureWorks", "Adventure") => "Works"
        LTRIM("AdventureWorks", "AdventureWorks") => ""
        LTRIM("AdventureWorks", "") => "AdventureWorks"
        LTRIM(" \u00a0\t\u2003x") => "x"
        LTRIM(5) => undefined
        LTRIM("x", 5) => undefined

        REPLACE("AdventureWorksLT", "LT", "LT2") => "AdventureWorksLT2"
        REPLACE("aaaa", "aa", "b") => "bb"
        REPLACE("abc", "x", "y") => "abc"
        REPLACE("abcabc", "b", "") => "acac"
        REPLACE("abc", "", "y") => undefined
        REPLACE("abc", "b", 1) => undefined
        REPLACE(1, "b", "c") => undefined

        REPLICATE("Cosmic", 3) => "CosmicCosmicCosmic"
        REPLICATE("Cosmic", 0) => ""
        REPLICATE("Cosmic", 1.9) => "Cosmic"
        REPLICATE("", 1e300) => ""
        REPLICATE("Cosmic", -1) => undefined
        REPLICATE("Cosmic", 1667) => undefined
        REPLICATE("Cosmic", Infinity) => undefined
        REPLICATE("Cosmic", "3") => undefined
        REPLICATE(3, 3) => undefined

        REVERSE("AdventureWorks") => "skroWerutnevdA"
        REVERSE("a😀é") => "é😀a"
        REVERSE("") => ""
        REVERSE([1, 2]) => undefined

        RIGHT("AdventureWorks", 0) => ""
        RIGHT("AdventureWorks", 1) => "s"
        RIGHT("AdventureWorks", 5) => "Works"
        RIGHT("AdventureWorks", 14) => "AdventureWorks"
        RIGHT("AdventureWorks", 100) => "AdventureWorks"
        RIGHT("aé😀b", 3) => "😀b"
        RIGHT("abc", -1) => ""
        RIGHT("abc", -9223372036854775808) => ""
        RIGHT("abc", "1") => undefined
        RIGHT(null, 1) => undefined

        RTRIM(" AdventureWorks") => " AdventureWorks"
        RTRIM(" AdventureWorks ") => " AdventureWorks"
        RTRIM("AdventureWorks", "Works") => "Adventure"
        RTRIM("AdventureWorks", "Adventure") => "AdventureWorks"
        RTRIM("AdventureWorks", "AdventureWorks") => ""
        RTRIM("AdventureWorks", "") => "AdventureWorks"
        RTRIM("xé😀é", "é😀") => "x"
        RTRIM(true) => undefined

        STRINGJOIN(["Iropa", "Mountain", "Bike"], " ") => "Iropa Mountain Bike"
        STRINGJOIN(["Iropa", "Mountain", "Bike"], "") => "IropaMountainBike"
        STRINGJOIN(["Iropa", "Mountain", "Bike"], undefined) => undefined
        STRINGJOIN(["6", "7", "4", "3"], "A") => "6A7A4A3"
        STRINGJOIN(["Adventure", "LT"], "Works") => "AdventureWorksLT"
        STRINGJOIN([], ",") => ""
        STRINGJOIN(["a", 1], ",") => undefined
        STRINGJOIN("ab", ",") => undefined

        STRINGSPLIT("Handlebar", "e") => ["Handl","bar"]
        STRINGSPLIT("CARBON_STEEL_BIKE_WHEEL", "_") => ["CARBON","STEEL","BIKE","WHEEL"]
        STRINGSPLIT("Road Bike", " ") => ["Road","Bike"]
        STRINGSPLIT("xenmoun mountain bike", "moun") => ["xen"," ","tain bike"]
        STRINGSPLIT("AluminumBikeFrame", undefined) => undefined
        STRINGSPLIT("Helmet", "") => ["Helmet"]
        STRINGSPLIT("", "") => [""]
        STRINGSPLIT(",a,", ",") => ["","a",""]
        STRINGSPLIT(["a"], ",") => undefined

        SUBSTRING("AdventureWorks", 0, 9) => "Adventure"
        SUBSTRING("AdventureWorks", 9, 5) => "Works"
        SUBSTRING("AdventureWorks", 0, 14) => "AdventureWorks"
        SUBSTRING("AdventureWorks", 0, -1) => ""
        SUBSTRING("AdventureWorks", -1, 3) => ""
        SUBSTRING("AdventureWorks", 14, 3) => ""
        SUBSTRING("AdventureWorks", 12, 9223372036854775807) => "ks"
        SUBSTRING("é😀中x", 1, 3) => "😀中"
        SUBSTRING("abc", 0.5, 1) => undefined
        SUBSTRING("abc", 0, "1") => undefined
        SUBSTRING(123, 0, 1) => undefined

        TRIM(" AdventureWorks ") => "AdventureWorks"
        TRIM("---AdventureWorks---") => "---AdventureWorks---"
        TRIM("___AdventureWorks___", "_") => "AdventureWorks"
        TRIM("---AdventureWorks---", "-") => "AdventureWorks"
        TRIM("-- AdventureWorks --", "-") => " AdventureWorks "
        TRIM("-_-AdventureWorks-_-", "-_") => "AdventureWorks"
        TRIM("   ") => ""
        TRIM(null) => undefined

        UPPER("adventureworks") => "ADVENTUREWORKS"
        UPPER("adventure_Works") => "ADVENTURE_WORKS"
        UPPER("straße é д") => "STRAßE É Д"
        UPPER({}) => undefined
        """;

    private const string Searches = """
        CONTAINS("AdventureWorks", "Adventure") => true
        CONTAINS("AdventureWorks", "Works") => true
        CONTAINS("AdventureWorks", "adventure") => false
        CONTAINS("AdventureWorks", "adventure", false) => false
        CONTAINS("AdventureWorks", "works", true) => true
        CONTAINS("AdventureWorks", "Contoso") => false
        CONTAINS("Straße ÉTÉ", "été", true) => true
        CONTAINS("abc", "") => true
        CONTAINS("", "a") => false
        CONTAINS("abc", 1) => undefined
        CONTAINS(null, "a") => undefined
        CONTAINS("abc", "a", 1) => undefined

        CONTAINS_ALL_CI("Have a nice day!", "have", "nice", "day!") => true
        CONTAINS_ALL_CI("Have a nice day!", "HAVE", "NICE", "DAY!") => true
        CONTAINS_ALL_CI("Have a nice day!", "had", "nice", "day!") => false
        CONTAINS_ALL_CI("Have a nice day!", undefined, "nice", "day!") => undefined
        CONTAINS_ALL_CI("Have a nice day!", undefined, "had") => false
        CONTAINS_ALL_CS("Have a nice day!", "Have", "nice", "day!") => true
        CONTAINS_ALL_CS("Have a nice day!", "HAVE", "NICE", "DAY!") => false
        CONTAINS_ALL_CS("Have a nice day!", undefined, "nice", "day!") => undefined
        CONTAINS_ALL_CS("Have a nice day!", undefined, "had") => false
        CONTAINS_ANY_CI("Have a nice day!", "HAVE", "NICE", "DAY!") => true
        CONTAINS_ANY_CI("Have a nice day!", "had", "nice", "day!") => true
        CONTAINS_ANY_CI("Have a nice day!", undefined, "nice", "day!") => true
        CONTAINS_ANY_CI("Have a nice day!", undefined, "had") => undefined
        CONTAINS_ANY_CI("Have a nice day!", "had") => false
        CONTAINS_ANY_CS("Have a nice day!", "HAVE", "NICE", "DAY!") => false
        CONTAINS_ANY_CS("Have a nice day!", "had", "nice", "day!") => true
        CONTAINS_ANY_CS("Have a nice day!", undefined, "had") => undefined
        CONTAINS_ANY_CS(5, "had") => undefined

        ENDSWITH("AdventureWorks", "Adventure") => false
        ENDSWITH("AdventureWorks", "Works") => true
        ENDSWITH("AdventureWorks", "works") => false
        ENDSWITH("AdventureWorks", "works", true) => true
        ENDSWITH("AdventureWorks", null) => undefined
        ENDSWITH("AdventureWorks", "works", "true") => undefined

        INDEX_OF("AdventureWorks", "A") => 0
        INDEX_OF("AdventureWorks", "s") => 13
        INDEX_OF("AdventureWorks", "Adventure") => 0
        INDEX_OF("AdventureWorks", "Works") => 9
        INDEX_OF("AdventureWorks", "tureW") => 5
        INDEX_OF("AdventureWorks", "Cosmos") => -1
        INDEX_OF("AdventureWorks", "Works", 5) => 9
        INDEX_OF("AdventureWorks", "Adventure", 5) => -1
        INDEX_OF("AdventureWorks", "aD") => -1
        INDEX_OF("é😀x😀", "😀", 2) => 4
        INDEX_OF("abc", "", 3) => 3
        INDEX_OF("abc", "", 4) => -1
        INDEX_OF("abc", "a", -5) => 0
        INDEX_OF("abc", "a", 0.5) => undefined
        INDEX_OF("abc", 1) => undefined
        INDEX_OF(1, "a") => undefined

        LASTINDEXOF("abcdeabc", "abc") => 5
        LASTINDEXOF("abcdeabc", "abc", 6) => 0
        LASTINDEXOF("abcdeabc", "abc", 7) => 5
        LASTINDEXOF("abcdeabc", "fg") => -1
        LASTINDEXOF("é😀x😀", "😀") => 4
        LASTINDEXOF("abc", "") => 3
        LASTINDEXOF("abc", "a", -1) => -1
        LASTINDEXOF("abc", "a", "1") => undefined
        LASTINDEXOF("abc", null) => undefined

        LASTSUBSTRINGAFTER("/products/shoes/boots", "/") => "boots"
        LASTSUBSTRINGAFTER("A-B-C", "-") => "C"
        LASTSUBSTRINGAFTER("bike::touring::frame", "::") => "frame"
        LASTSUBSTRINGAFTER("abc", "/") => ""
        LASTSUBSTRINGAFTER("abc", 1) => undefined
        LASTSUBSTRINGBEFORE("/products/shoes/boots", "/") => "/products/shoes"
        LASTSUBSTRINGBEFORE("A-B-C", "-") => "A-B"
        LASTSUBSTRINGBEFORE("bike::touring::frame", "::") => "bike::touring"
        LASTSUBSTRINGBEFORE(1, "/") => undefined
        SUBSTRINGAFTER("contoso|north|2026", "|") => "north|2026"
        SUBSTRINGAFTER("a/b/c", "/") => "b/c"
        SUBSTRINGAFTER("bike::touring::frame", "::") => "touring::frame"
        SUBSTRINGAFTER(null, "/") => undefined
        SUBSTRINGBEFORE("contoso|north|2026", "|") => "contoso"
        SUBSTRINGBEFORE("a/b/c", "/") => "a"
        SUBSTRINGBEFORE("bike::touring::frame", "::") => "bike"
        SUBSTRINGBEFORE("abc", "/") => ""
        SUBSTRINGBEFORE("abc", []) => undefined

        REGEXMATCH("abcd", "ABC") => false
        REGEXMATCH("abcd", "ABC", "i") => true
        REGEXMATCH("abcd", "ab.", "") => true
        REGEXMATCH("abcd", "ab c", "x") => true
        REGEXMATCH("abcd", "aB c", "ix") => true
        REGEXMATCH("03a", "[0-9]") => true
        REGEXMATCH("salt3824908", "salt{1}") => true
        REGEXMATCH("shame", "s....", "i") => true
        REGEXMATCH("Tecozow coat", " coat{1}") => true
        REGEXMATCH("a\nb", "^b$") => false
        REGEXMATCH("a\nb", "^b$", "m") => true
        REGEXMATCH("a\nb", "a.b") => false
        REGEXMATCH("a\nb", "a.b", "s") => true
        REGEXMATCH("a+b", "a\\+b") => true
        REGEXMATCH("abcd", "(ab") => undefined
        REGEXMATCH("abab", "(ab)\\1") => undefined
        REGEXMATCH("abcd", "ab(?=c)") => undefined
        REGEXMATCH("abcd", "abc", "q") => undefined
        REGEXMATCH("abcd", 1) => undefined
        REGEXMATCH(1, "1") => undefined

        STARTSWITH("AdventureWorks", "Works") => false
        STARTSWITH("AdventureWorks", "Adventure") => true
        STARTSWITH("AdventureWorks", "adventure") => false
        STARTSWITH("AdventureWorks", "adventure", true) => true
        STARTSWITH("Ärger", "äR", true) => true
        STARTSWITH(1, "1") => undefined

        STRINGEQUALS("AdventureWorks", "AdventureWorks") => true
        STRINGEQUALS("AdventureWorks", "adventureworks") => false
        STRINGEQUALS("AdventureWorks", "adventureworks", true) => true
        STRINGEQUALS("1", 1) => undefined
        """;

    private const string Conversions = """
        STRINGTOARRAY("[]") => []
        STRINGTOARRAY("[ \"coats\", \"gloves\", \"hats\" ]") => ["coats","gloves","hats"]
        STRINGTOARRAY("[ { \"types\": [ \"coats\", \"gloves\" ] }, [ \"hats\" ], 76, false, null ]") => [{"types":["coats","gloves"]},["hats"],76,false,null]
        STRINGTOARRAY("[ [ \"coats\", \"gloves\" ], [ \"hats\" ] ]") => [["coats","gloves"],["hats"]]
        STRINGTOARRAY("[ 'coats', 'gloves', 'hats' ]") => undefined
        STRINGTOARRAY("[1,]") => undefined
        STRINGTOARRAY("{}") => undefined
        STRINGTOARRAY(undefined) => undefined
        STRINGTOARRAY(null) => undefined
        STRINGTOBOOLEAN("true") => true
        STRINGTOBOOLEAN("true ") => true
        STRINGTOBOOLEAN(" false") => false
        STRINGTOBOOLEAN(" false ") => false
        STRINGTOBOOLEAN("TRUE") => undefined
        STRINGTOBOOLEAN(true) => undefined
        STRINGTOBOOLEAN(undefined) => undefined
        STRINGTOBOOLEAN(null) => undefined
        STRINGTONULL("null") => null
        STRINGTONULL("null ") => null
        STRINGTONULL(" null ") => null
        STRINGTONULL("NULL") => undefined
        STRINGTONULL("Null") => undefined
        STRINGTONULL(null) => undefined
        STRINGTONULL(undefined) => undefined
        STRINGTONUMBER("100") => 100
        STRINGTONUMBER("3.14") => 3.14
        STRINGTONUMBER(" 60 ") => 60
        STRINGTONUMBER("-1.79769e+308") => -1.79769e+308
        STRINGTONUMBER("Hello") => undefined
        STRINGTONUMBER("1 2") => undefined
        STRINGTONUMBER("0x10") => undefined
        STRINGTONUMBER("") => undefined
        STRINGTONUMBER(undefined) => undefined
        STRINGTONUMBER(null) => undefined
        STRINGTONUMBER(NaN) => undefined
        STRINGTONUMBER(Infinity) => undefined
        STRINGTOOBJECT("{}") => {}
        STRINGTOOBJECT("{\"isAvailable\": true}") => {"isAvailable":true}
        STRINGTOOBJECT("{\"division\": {\"name\": \"Sales\"}}") => {"division":{"name":"Sales"}}
        STRINGTOOBJECT("{'price': 27.55}") => undefined
        STRINGTOOBJECT("{\"a\":1,\"a\":2}") => undefined
        STRINGTOOBJECT("[1]") => undefined
        STRINGTOOBJECT(undefined) => undefined
        TOSTRING(125) => "125"
        TOSTRING(0.1234) => "0.1234"
        TOSTRING(1.50) => "1.5"
        TOSTRING(9223372036854775807) => "9223372036854775807"
        TOSTRING(false) => "false"
        TOSTRING(null) => "null"
        TOSTRING([ 1, 2, 3 ]) => "[1,2,3]"
        TOSTRING([]) => "[]"
        TOSTRING({ "department": "Bicycles", "n": [ {}, 1.0 ] }) => "{\"department\":\"Bicycles\",\"n\":[{},1]}"
        TOSTRING("Hello World") => "Hello World"
        TOSTRING(NaN) => "NaN"
        TOSTRING(Infinity) => "Infinity"
        TOSTRING(undefined) => undefined
        """;

    private const string Spatial = """
        ST_AREA({"type":"Point","coordinates":[1,2]}) => 0
        ST_AREA({"type":"MultiPolygon","coordinates":[]}) => 0
        ST_AREA({"type":"Polygon","coordinates":[]}) => undefined
        ST_AREA(5) => undefined

        ST_DISTANCE({"type":"Point","coordinates":[1,2]}, {"type":"Point","coordinates":[1,2]}) => 0
        ST_DISTANCE({"type":"Point","coordinates":[180,2]}, {"type":"Point","coordinates":[-180,2]}) => 0
        ST_DISTANCE({"type":"Point","coordinates":[0,0]}, {"type":"Point","coordinates":[0,91]}) => undefined
        ST_DISTANCE({"type":"Circle","coordinates":[0,0]}, {"type":"Point","coordinates":[0,0]}) => undefined
        ST_DISTANCE([0,0], [1,1]) => undefined

        ST_INTERSECTS({"type":"Polygon","coordinates":[[[-122.13693695285855,47.64996065621003],[-122.1351662656516,47.64627863318731],[-122.13488295569863,47.646326350048696],[-122.1366182291613,47.650016321952904],[-122.13693695285855,47.64996065621003]]]}, {"type":"Polygon","coordinates":[[[-122.14034847687708,47.6494835188378],[-122.14014779899375,47.64625477474044],[-122.13256925774829,47.646207057813655],[-122.13254564858545,47.64941990019193],[-122.14034847687708,47.6494835188378]]]}) => true
        ST_INTERSECTS({"type":"Point","coordinates":[1,2]}, {"type":"Point","coordinates":[1,2.1]}) => false
        ST_INTERSECTS({"type":"Point","coordinates":[1,2]}, null) => undefined

        ST_ISVALID({"type":"Point","coordinates":[-84.38876194345323,33.75682784306348]}) => true
        ST_ISVALID({"type":"Point","coordinates":[133.75682784306348,-184.38876194345323]}) => false
        ST_ISVALID({"type":"Point","coordinates":[0,0,100]}) => true
        ST_ISVALID("POINT(0 0)") => false
        ST_ISVALID(undefined) => undefined

        ST_ISVALIDDETAILED({"type":"Point","coordinates":[-84.38876194345323,33.75682784306348]}) => {"valid":true}
        ST_ISVALIDDETAILED({"type":"Point","coordinates":[133.75682784306348,-184.38876194345323]}) => {"valid":false,"reason":"Latitude values must be between -90 and 90 degrees."}
        ST_ISVALIDDETAILED(undefined) => undefined

        ST_WITHIN({"type":"Point","coordinates":[-122.12824857332558,47.6395516675712]}, {"type":"Polygon","coordinates":[[[-122.13236581015025,47.64606476313813],[-122.13221982500913,47.633757091363975],[-122.11840598103835,47.641749416109235],[-122.12061400629656,47.64589264786028],[-122.13236581015025,47.64606476313813]]]}) => true
        ST_WITHIN({"type":"Point","coordinates":[-122.2,47.64]}, {"type":"Polygon","coordinates":[[[-122.13236581015025,47.64606476313813],[-122.13221982500913,47.633757091363975],[-122.11840598103835,47.641749416109235],[-122.12061400629656,47.64589264786028],[-122.13236581015025,47.64606476313813]]]}) => false
        ST_WITHIN({"type":"Point","coordinates":[0,0]}, {"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1]]]}) => undefined
        """;
}
