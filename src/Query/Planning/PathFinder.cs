using Nacre.Core.Errors;
using Nacre.Core.Indexing;
using Nacre.Query.Evaluation;
using Nacre.Query.Evaluation.Nodes;
using Nacre.Query.Values;

namespace Nacre.Query.Planning;

/// <summary>Knows which path of the item a bound expression reads, also through the aliases of JOIN.</summary>
/// <remarks>Not thread-safe.</remarks>
internal sealed class PathFinder
{
    /// <summary>What a text of UTF-8 has for what is none: other names become the same.</summary>
    private const char Replacement = '\uFFFD';

    private readonly Dictionary<int, DocumentPath> _aliases = [];

    /// <summary>Takes the aliases of some inputs; of those that are no paths of the item nothing is known.</summary>
    public void Add(IReadOnlyList<SourceStep> sources)
    {
        foreach (SourceStep source in sources)
        {
            if (source.Slot >= 0 && PathOf(source) is { } path)
            {
                _aliases[source.Slot] = path;
            }
        }
    }

    /// <summary>The path that an input gives the values of; null where it is none.</summary>
    public DocumentPath? PathOf(SourceStep source) => source.Collection is null || Find(source.Collection) is not { } path ? null
        : source.IsIteration ? Elements(path)
        : path;

    /// <summary>The path whose value, or one of whose values, an expression is; null where it is none, or the item itself.</summary>
    public DocumentPath? Find(EvaluationNode node) => node switch
    {
        PathNode path => Of(path.Path),
        SlotNode slot => _aliases.GetValueOrDefault(slot.Slot),
        MemberNode member when Find(member.Target) is { } target => Below(target, Wtf8.ToUtf16(member.Name)),
        _ => null,
    };

    /// <summary>The member below a path; null where no index can name it.</summary>
    public static DocumentPath? Below(DocumentPath path, string member) => IsPlain(member) ? Below(path, PathStep.Member(member)) : null;

    /// <summary>The elements of an array at a path; null where no index can name them.</summary>
    public static DocumentPath? Elements(DocumentPath path) => Below(path, PathStep.Element);

    /// <summary>A path that a query reads; null for the item itself and where no index can name it.</summary>
    public static DocumentPath? Of(Binding.DocumentPath path)
    {
        if (path.IsItem)
        {
            return null;
        }

        DocumentPath? above = path.Parent!.IsItem ? DocumentPath.Root : Of(path.Parent);
        return above is null ? null
            : path.Name is { } name ? Below(above, name)
            : Below(above, PathStep.Element);
    }

    private static DocumentPath? Below(DocumentPath path, PathStep step)
    {
        Result<DocumentPath> below = DocumentPath.Of([.. path.Steps, step]);
        return below.IsOk ? below.Value : null;
    }

    private static bool IsPlain(string name)
    {
        for (int at = 0; at < name.Length; at++)
        {
            bool isPair = char.IsHighSurrogate(name[at]) && at + 1 < name.Length && char.IsLowSurrogate(name[at + 1]);
            if (name[at] == Replacement || (char.IsSurrogate(name[at]) && !isPair))
            {
                return false;
            }

            at += isPair ? 1 : 0;
        }

        return true;
    }
}
