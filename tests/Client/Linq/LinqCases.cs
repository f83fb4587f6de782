using System.Linq.Expressions;
using System.Runtime.CompilerServices;

namespace Nacre.Client.Tests.Linq;

/// <summary>C# and what it is translated to; docs/linq.md shows the same, which <see cref="LinqDocsTests"/> sees to.</summary>
internal static partial class LinqCases
{
    /// <summary>One translation.</summary>
    /// <param name="Code">As it stands in the source.</param>
    /// <param name="Apply">Makes the query of all towns.</param>
    /// <param name="Text">The whole text.</param>
    /// <param name="Shown">What the documentation shows of it.</param>
    internal sealed record Case(string Code, Func<IQueryable<Town>, IQueryable> Apply, string Text, string Shown);

    public static IEnumerable<Case> All => [.. Comparisons, .. Nulls, .. Texts, .. Numbers, .. Dates, .. Collections, .. Members, .. Dialect, .. Values, .. Queries];

    private static Case Where(Expression<Func<Town, bool>> predicate, string text, [CallerArgumentExpression(nameof(predicate))] string code = "") =>
        new(code, towns => towns.Where(predicate), $"SELECT VALUE c FROM c WHERE {text}", text);

    private static Case Select<T>(Expression<Func<Town, T>> selector, string text, [CallerArgumentExpression(nameof(selector))] string code = "") =>
        new(code, towns => towns.Select(selector), $"SELECT VALUE {text} FROM c", text);

    private static Case Query<T>(Func<IQueryable<Town>, IQueryable<T>> apply, string text, [CallerArgumentExpression(nameof(apply))] string code = "") =>
        new(code, apply, text, text);
}
