using Nacre.Core.Errors;
using Nacre.Query.Syntax;

namespace Nacre.Query.Tests.Syntax;

/// <summary>Each refusal names line, column, what was found and what was expected.</summary>
[TestFixture]
public sealed class SyntaxErrorTests
{
    [TestCase("", 1, 1, "found the end of the query; expected SELECT.")]
    [TestCase("   ", 1, 4, "found the end of the query; expected SELECT.")]
    [TestCase("SELEC * FROM c", 1, 1, "found 'SELEC'; expected SELECT.")]
    [TestCase("SELECT", 1, 7, "found the end of the query; expected an expression.")]
    [TestCase("SELECT FROM c", 1, 8, "found 'FROM'; expected an expression.")]
    [TestCase("SELECT c.a,\n  FROM c", 2, 3, "found 'FROM'; expected an expression.")]
    [TestCase("SELECT TOP c.a FROM c", 1, 12, "found 'c'; expected a number or a parameter behind TOP.")]
    [TestCase("SELECT *, c.a FROM c", 1, 9, "found ','; expected an operator, ',', AS, FROM, WHERE, GROUP BY, ORDER BY, OFFSET or the end of the query.")]
    [TestCase("SELECT VALUE * FROM c", 1, 14, "found '*'; expected an expression.")]
    [TestCase("SELECT c.a AS 1 FROM c", 1, 15, "found the number 1; expected a name behind AS.")]
    [TestCase("SELECT c.a x y FROM c", 1, 14, "found 'y'; expected an operator, ',', AS, FROM, WHERE, GROUP BY, ORDER BY, OFFSET or the end of the query.")]
    [TestCase("SELECT * FROM", 1, 14, "found the end of the query; expected a name or a subquery behind FROM.")]
    [TestCase("SELECT * FROM 5", 1, 15, "found the number 5; expected a name or a subquery behind FROM.")]
    [TestCase("SELECT * FROM c JOIN", 1, 21, "found the end of the query; expected a name or a subquery behind JOIN.")]
    [TestCase("SELECT * FROM t IN 'x'", 1, 20, "found the string 'x'; expected a name or a subquery behind IN.")]
    [TestCase("SELECT * FROM c, d", 1, 16, "found ','; expected JOIN, WHERE, GROUP BY, ORDER BY, OFFSET or the end of the query.")]
    [TestCase("SELECT * FROM c LIMIT 5", 1, 17, "found 'LIMIT'; expected JOIN, WHERE, GROUP BY, ORDER BY, OFFSET or the end of the query.")]
    [TestCase("SELECT * FROM c WHERE", 1, 22, "found the end of the query; expected an expression.")]
    [TestCase("SELECT * FROM c WHERE c.a = ", 1, 29, "found the end of the query; expected an expression.")]
    [TestCase("SELECT * FROM c WHERE c.a == 1", 1, 28, "found '='; expected an expression.")]
    [TestCase("SELECT * FROM c WHERE c.a = 1 c.b = 2", 1, 31, "found 'c'; expected an operator, GROUP BY, ORDER BY, OFFSET or the end of the query.")]
    [TestCase("SELECT * FROM c WHERE c.a IS NULL", 1, 27, "found 'IS'; expected an operator, GROUP BY, ORDER BY, OFFSET or the end of the query.")]
    [TestCase("SELECT * FROM c WHERE (c.a = 1", 1, 31, "found the end of the query; expected an operator or ')'.")]
    [TestCase("SELECT * FROM c WHERE c.a = 1)", 1, 30, "found ')'; expected the end of the query.")]
    [TestCase("SELECT * FROM c WHERE c.", 1, 25, "found the end of the query; expected a name behind '.'.")]
    [TestCase("SELECT * FROM c WHERE c[1 FROM", 1, 27, "found 'FROM'; expected an operator or ']'.")]
    [TestCase("SELECT * FROM c WHERE c.a NOT = 1", 1, 31, "found '='; expected BETWEEN, IN or LIKE behind NOT.")]
    [TestCase("SELECT * FROM c WHERE c.a BETWEEN 1 OR 2", 1, 37, "found 'OR'; expected an operator or AND.")]
    [TestCase("SELECT * FROM c WHERE c.a IN 1", 1, 30, "found the number 1; expected '(' behind IN.")]
    [TestCase("SELECT * FROM c WHERE c.a IN ()", 1, 31, "found ')'; expected an expression.")]
    [TestCase("SELECT * FROM c WHERE c.a IN (1", 1, 32, "found the end of the query; expected an operator, ',' or ')'.")]
    [TestCase("SELECT * FROM c WHERE c.a LIKE 'a' ESCAPE 'xy'", 1, 43, "found the string 'xy'; expected a string of one character behind ESCAPE.")]
    [TestCase("SELECT * FROM c WHERE c.a ? 1", 1, 30, "found the end of the query; expected an operator or ':'.")]
    [TestCase("SELECT * FROM c WHERE EXISTS SELECT", 1, 30, "found 'SELECT'; expected '(' behind EXISTS.")]
    [TestCase("SELECT * FROM c WHERE EXISTS(c.a)", 1, 30, "found 'c'; expected SELECT.")]
    [TestCase("SELECT VALUE ARRAY FROM c", 1, 20, "found 'FROM'; expected '(' behind ARRAY.")]
    [TestCase("SELECT VALUE (SELECT VALUE 1 WHERE true", 1, 40, "found the end of the query; expected ')'.")]
    [TestCase("SELECT VALUE [1, 2 FROM c", 1, 20, "found 'FROM'; expected an operator, ',' or ']'.")]
    [TestCase("SELECT VALUE [", 1, 15, "found the end of the query; expected an expression.")]
    [TestCase("SELECT VALUE {1: 2}", 1, 15, "found the number 1; expected the name of a member.")]
    [TestCase("SELECT VALUE {a 2}", 1, 17, "found the number 2; expected ':' behind the name of a member.")]
    [TestCase("SELECT VALUE {a: 2", 1, 19, "found the end of the query; expected an operator, ',' or '}'.")]
    [TestCase("SELECT COUNT(*) FROM c", 1, 14, "found '*'; expected an expression: COUNT(1) counts all rows.")]
    [TestCase("SELECT f(1 2) FROM c", 1, 12, "found the number 2; expected an operator, ',' or ')'.")]
    [TestCase("SELECT c.a FROM c GROUP c.a", 1, 25, "found 'c'; expected BY behind GROUP.")]
    [TestCase("SELECT c.a FROM c GROUP BY c.a HAVING c.a", 1, 32, "found 'HAVING'; expected an operator, ',', ORDER BY, OFFSET or the end of the query.")]
    [TestCase("SELECT * FROM c ORDER c.a", 1, 23, "found 'c'; expected BY behind ORDER.")]
    [TestCase("SELECT * FROM c ORDER BY c.a DOWN", 1, 30, "found 'DOWN'; expected an operator, ASC, DESC, ',', OFFSET or the end of the query.")]
    [TestCase("SELECT * FROM c ORDER BY c.a WHERE true", 1, 30, "found 'WHERE'; expected the end of the query.")]
    [TestCase("SELECT * FROM c OFFSET 1", 1, 25, "found the end of the query; expected LIMIT behind OFFSET.")]
    [TestCase("SELECT * FROM c OFFSET -1 LIMIT 1", 1, 24, "found '-'; expected a number or a parameter behind OFFSET.")]
    [TestCase("SELECT * FROM c OFFSET 1 LIMIT x", 1, 32, "found 'x'; expected a number or a parameter behind LIMIT.")]
    [TestCase("SELECT * FROM c OFFSET 1 LIMIT 1 1", 1, 34, "found the number 1; expected the end of the query.")]
    [TestCase("SELECT 'abc", 1, 8, "found a string that is not ended; expected \"'\" behind it.")]
    [TestCase("SELECT \"abc\\\"", 1, 8, "found a string that is not ended; expected '\"' behind it.")]
    [TestCase("SELECT 'a\\x'", 1, 10, "found '\\x' in a string; expected one of \\\" \\' \\\\ \\/ \\b \\f \\n \\r \\t or \\u with four hexadecimal digits.")]
    [TestCase("SELECT 'a\n\\u12'", 2, 1, "found '\\u' in a string; expected one of \\\" \\' \\\\ \\/ \\b \\f \\n \\r \\t or \\u with four hexadecimal digits.")]
    [TestCase("SELECT 12ab", 1, 10, "found 'a' in the number 12; expected a blank or an operator behind it.")]
    [TestCase("SELECT 1e999", 1, 8, "found the number 1e999; expected one below 1.8e308.")]
    [TestCase("SELECT @ FROM c", 1, 8, "found '@' alone; expected a parameter's name behind it.")]
    [TestCase("SELECT /* c", 1, 8, "found a comment that is not ended; expected '*/' behind it.")]
    [TestCase("SELECT #", 1, 8, "found '#'; expected a token of the language.")]
    [TestCase("SELECT !c.a", 1, 8, "found '!'; expected a token of the language.")]
    [TestCase("SELECT *;", 1, 9, "found ';'; expected a token of the language.")]
    [TestCase("SELECT \u0001", 1, 8, "found the character U+0001; expected a token of the language.")]
    [TestCase("SELECT '123456789012345678901234567890' 1", 1, 41, "found the number 1; expected an operator, ',', AS, FROM, WHERE, GROUP BY, ORDER BY, OFFSET or the end of the query.")]
    [TestCase("SELECT 1 '12345678901234567890123456'", 1, 10, "found the string '12345678901234567890123…; expected an operator, ',', AS, FROM, WHERE, GROUP BY, ORDER BY, OFFSET or the end of the query.")]
    [TestCase("SELECT\r\n*\rFROM\n\n!", 5, 1, "found '!'; expected a token of the language.")]
    public void Parse_AWrongText_NamesPlaceFoundAndExpected(string text, int line, int column, string message)
    {
        NacreError? error = QueryParser.Parse(text).Error;

        Assert.That(error?.Code, Is.EqualTo(ErrorCode.QuerySyntax));
        Assert.That(error?.Message, Is.EqualTo($"Line {line}, column {column}: {message}"));
    }

    [Test]
    public void ParseExpression_MoreThanOne_IsRefused()
    {
        NacreError? error = QueryParser.ParseExpression("1 2").Error;

        Assert.That(error?.Message, Is.EqualTo("Line 1, column 3: found the number 2; expected an operator or the end of the query."));
    }
}
