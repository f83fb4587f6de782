using Nacre.Core.Indexing;
using Nacre.Query.Evaluation.Nodes;
using Nacre.Query.Syntax;
using Nacre.Query.Values;

namespace Nacre.Query.Planning;

internal sealed partial class ConditionFinder
{
    private IndexCondition? Call(CallNode call)
    {
        IReadOnlyList<EvaluationNode> arguments = call.Arguments;
        switch (call.Function.Name)
        {
            case "IS_DEFINED":
                return _paths.Find(arguments[0]) is { } path ? Everything(path) : null;
            case "IS_NULL":
                return IsOf(arguments[0], ValueKind.Null, ValueKind.Null, "is null");
            case "IS_BOOL":
                return IsOf(arguments[0], ValueKind.False, ValueKind.True, "is a boolean");
            case "IS_NUMBER":
                return IsOf(arguments[0], ValueKind.Number, ValueKind.Number, "is a number");
            case "IS_INTEGER" or "IS_FINITE_NUMBER":
                return Inexact(IsOf(arguments[0], ValueKind.Number, ValueKind.Number, "is a number"));
            case "IS_STRING":
                return IsOf(arguments[0], ValueKind.String, ValueKind.String, "is a string");
            case "IS_ARRAY":
                return IsOf(arguments[0], ValueKind.Array, ValueKind.Array, "is an array");
            case "IS_OBJECT":
                return IsOf(arguments[0], ValueKind.Object, ValueKind.Object, "is an object");
            case "IS_PRIMITIVE":
                return IsOf(arguments[0], ValueKind.Null, ValueKind.String, "is null, a boolean, a number or a string");
            case "STARTSWITH" when IsCaseSensitive(arguments) && arguments[1] is ConstantNode { Value.IsString: true } prefix:
                return BeginsWith(arguments[0], prefix.Value.Utf8.Span, isAll: true);
            case "STRINGEQUALS" when IsCaseSensitive(arguments):
                return arguments[0] is ConstantNode { Value.IsString: true }
                    ? Compare(BinaryOperator.Equal, arguments[1], arguments[0])
                    : arguments[1] is ConstantNode { Value.IsString: true } ? Compare(BinaryOperator.Equal, arguments[0], arguments[1]) : null;
            case "ARRAY_CONTAINS" when arguments[1] is ConstantNode element:
                return Contains(arguments[0], element.Value, isPartial: arguments.Count > 2);
            case "ARRAY_CONTAINS" when arguments is [ConstantNode { Value: var list }, _]:
                return IsOneOf(arguments[1], list);
            case "ARRAY_CONTAINS_ANY" when arguments.Skip(1).All(static argument => argument is ConstantNode) && arguments.Count <= MostConstants:
                return IndexCondition.Any([.. arguments.Skip(1).Select(element => Contains(arguments[0], ((ConstantNode)element).Value, isPartial: false))]);
            case "ARRAY_CONTAINS_ALL" when arguments.Skip(1).All(static argument => argument is ConstantNode) && arguments.Count <= MostConstants:
                return IndexCondition.All([.. arguments.Skip(1).Select(element => Contains(arguments[0], ((ConstantNode)element).Value, isPartial: false))]);
            case "ST_WITHIN":
                return Meets(call, metres: 0, arguments[0] is ConstantNode ? "holds" : "within");
            case "ST_INTERSECTS":
                return Meets(call, metres: 0, "meets");
            default:
                return null;
        }
    }

    private static bool IsCaseSensitive(IReadOnlyList<EvaluationNode> arguments) =>
        arguments.Count == 2 || arguments[2] is ConstantNode { Value.Kind: ValueKind.False };

    private PathCondition? IsOf(EvaluationNode node, ValueKind first, ValueKind last, string text) => _paths.Find(node) is { } path
        ? new PathCondition(path, [ValueKeys.OfTypes(first, last)], text, !path.HasElements)
        : null;

    /// <summary>An array has an element: its elements are values of a path of their own.</summary>
    private IndexCondition? Contains(EvaluationNode array, in QueryValue element, bool isPartial)
    {
        if (!element.IsDefined)
        {
            return IndexCondition.Nothing;
        }

        return _paths.Find(array) is { } path && PathFinder.Elements(path) is { } elements
            ? Has(elements, element, isExact: !isPartial && !path.HasElements)
            : null;
    }

    /// <summary>A value at a path is equal to one, or, for an object, has its members: both have this.</summary>
    /// <param name="path">The path.</param>
    /// <param name="value">What the value is held against.</param>
    /// <param name="isExact">Whether an item with such a value at the path has all that is asked for.</param>
    private static IndexCondition? Has(DocumentPath path, in QueryValue value, bool isExact)
    {
        PathCondition equal = PathCondition.Equal(path, value);
        if (!value.IsObject)
        {
            return equal with { IsExact = isExact && value.IsPrimitive && ValueKeys.IsExact(value) };
        }

        List<IndexCondition?> parts = [Inexact(equal)];
        foreach (ObjectMember member in QueryValueReader.EnumerateObject(value))
        {
            parts.Add(PathFinder.Below(path, Wtf8.ToUtf16(member.Name.Span)) is { } below ? Has(below, member.Value, isExact: false) : null);
        }

        return Inexact(IndexCondition.All(parts));
    }

    private IndexCondition? IsOneOf(EvaluationNode node, in QueryValue list)
    {
        if (_paths.Find(node) is not { } path || !list.IsArray || QueryValueReader.Count(list) > MostConstants)
        {
            return list.IsArray ? null : IndexCondition.Nothing;
        }

        List<IndexCondition?> parts = [];
        foreach (QueryValue element in QueryValueReader.EnumerateArray(list))
        {
            parts.Add(PathCondition.Equal(path, element));
        }

        return IndexCondition.Any(parts);
    }
}
