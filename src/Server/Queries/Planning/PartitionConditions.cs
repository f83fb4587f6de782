using Nacre.Core.Documents;
using Nacre.Core.Errors;
using Nacre.Core.Indexing;
using Nacre.Query.Planning;
using Nacre.Query.Values;

namespace Nacre.Server.Queries.Planning;

/// <summary>What indexes can say of a partition key: a document carries its own.</summary>
internal static class PartitionConditions
{
    /// <summary>What the items at or below a partition key have.</summary>
    /// <param name="scope">The partition key and the container.</param>
    /// <returns>None for a level of which indexes know nothing; it is then not exact.</returns>
    public static IReadOnlyList<IndexCondition?> Of(QueryScope scope)
    {
        List<IndexCondition?> parts = [];
        for (int level = 0; level < scope.PartitionKey.Count; level++)
        {
            Result<DocumentPath> path = DocumentPath.Parse(scope.Container.PartitionKey.Paths[level]);
            PartitionKeyValue value = scope.PartitionKey[level];
            parts.Add(path is not { IsOk: true, Value.HasElements: false } || value.Kind == PartitionKeyValueKind.Undefined
                ? null
                : PathCondition.Equal(path.Value, Read(value)));
        }

        return parts;
    }

    private static QueryValue Read(PartitionKeyValue value) => value.Kind switch
    {
        PartitionKeyValueKind.Null => QueryValue.Null,
        PartitionKeyValueKind.False => QueryValue.False,
        PartitionKeyValueKind.True => QueryValue.True,
        PartitionKeyValueKind.Number => QueryValue.FromNumber(value.Number),
        _ => QueryValue.FromString(value.Text!),
    };
}
