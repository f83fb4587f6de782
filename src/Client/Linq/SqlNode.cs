using System.Text.Json.Serialization.Metadata;

namespace Nacre.Client.Linq;

/// <summary>An expression of the query language.</summary>
/// <param name="text">With marks for parameters and aggregates; see <see cref="QueryText"/>.</param>
/// <param name="precedence">How tightly its outermost operator binds; see <see cref="Sql"/>.</param>
/// <param name="type">Its type in the program.</param>
internal sealed class SqlNode(string text, int precedence, Type type) : Node(type)
{
    public string Text { get; } = text;

    public int Precedence { get; } = precedence;

    /// <summary>Whether it may be JSON null, or undefined, where the program sees null.</summary>
    public bool MayBeNull { get; init; }

    /// <summary>Whether it may be undefined because a member is not there that the type allows to be absent.</summary>
    public bool MayBeUndefined { get; init; }

    /// <summary>Of a condition: what it is in the program where the query language says undefined. Null: it is then undefined there, too.</summary>
    public bool? WhenUndefined { get; init; }

    /// <summary>Whether it is a name with members and elements behind it.</summary>
    public bool IsPath { get; init; }

    /// <summary>The member that it is, which knows how its values are written.</summary>
    public JsonPropertyInfo? Property { get; init; }

    /// <summary>Whether an aggregate over a group is in it.</summary>
    public bool HasAggregate => Text.Contains(QueryText.AggregateMark, StringComparison.Ordinal);

    public SqlNode With(Type type) => new(Text, Precedence, type)
    {
        MayBeNull = MayBeNull,
        MayBeUndefined = MayBeUndefined,
        WhenUndefined = WhenUndefined,
        IsPath = IsPath,
        Property = Property,
    };

    /// <summary>The same without knowledge that it may be absent: the program says that it is not.</summary>
    public SqlNode AsPresent(Type type) => new(Text, Precedence, type) { IsPath = IsPath, Property = Property, WhenUndefined = WhenUndefined };
}
