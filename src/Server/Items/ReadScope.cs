using Nacre.Core.Documents;
using Nacre.Core.Errors;
using Nacre.Security.Authorisation;
using Nacre.Server.Routing;

namespace Nacre.Server.Items;

/// <summary>What requests about many items have in common: which items they may see, and how many they are given at once.</summary>
internal static class ReadScope
{
    private const int DefaultItems = 100;
    private const int MostItems = 1_000;

    private static readonly NacreError BadCount = new(ErrorCode.Malformed, "max_items is 1 to 1,000, or 0 for 100.");

    /// <summary>
    /// The one way to the items of a list or a query: what it asks for, narrowed by its caller's permission. Whatever else
    /// the request says, it sees these items alone.
    /// </summary>
    /// <param name="container">The container.</param>
    /// <param name="reader">A caller whose method was allowed there.</param>
    /// <param name="asked">A partition key or a prefix; absent for all items.</param>
    /// <returns>A partition key, a prefix, or the empty one for all items; Malformed, TooLarge, or Forbidden where it may see nothing of it.</returns>
    public static Result<PartitionKey> Of(ContainerRoute container, Principal reader, Protocol.V1.PartitionKey? asked)
    {
        Result<PartitionKey> wanted = WireKeys.Read(asked);
        if (!wanted.IsOk)
        {
            return wanted.Error;
        }

        return wanted.Value.Check(container.PartitionKey, allowPrefix: true) is { IsOk: false } check
            ? check.Error
            : PermissionChecker.Narrow(reader, wanted.Value);
    }

    /// <summary>How many items or rows a page has at most.</summary>
    /// <param name="asked">As the request says; 0 for the default.</param>
    /// <returns>1 to 1,000; or Malformed.</returns>
    public static Result<int> Count(int asked) => asked switch
    {
        0 => DefaultItems,
        < 0 or > MostItems => BadCount,
        _ => asked,
    };
}
