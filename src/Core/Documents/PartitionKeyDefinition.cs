using System.Text;
using Nacre.Core.Errors;

namespace Nacre.Core.Documents;

/// <summary>Where a container's documents carry their partition key.</summary>
/// <remarks>
/// A path is <c>/</c> and a member name for each step: <c>/country</c>, <c>/address/zip</c>. A name that holds a
/// slash or begins or ends with a space is quoted: <c>/"a/b"/c</c>, <c>/'a b '</c>; inside the quotes a backslash
/// stands before the quote and before itself. Steps enter objects only, never arrays. Immutable.
/// </remarks>
public sealed class PartitionKeyDefinition : IEquatable<PartitionKeyDefinition>
{
    /// <summary>Longest path, in bytes of UTF-8.</summary>
    public const int MaxPathBytes = 1024;

    private readonly string[] _paths;
    private readonly byte[][][] _steps;

    private PartitionKeyDefinition(string[] paths, byte[][][] steps)
    {
        _paths = paths;
        _steps = steps;
    }

    /// <summary>One to three paths, outermost level first, as they were given.</summary>
    public IReadOnlyList<string> Paths => _paths;

    /// <summary>Hash for one path, MultiHash for more.</summary>
    public PartitionKeyKind Kind => _paths.Length == 1 ? PartitionKeyKind.Hash : PartitionKeyKind.MultiHash;

    /// <summary>The member names of each path, in UTF-8 without quotes or escapes.</summary>
    internal byte[][][] Steps => _steps;

    /// <summary>Checks and takes over paths.</summary>
    /// <param name="paths">1 to 3, all different.</param>
    /// <returns>Malformed names the path and what is wrong with it.</returns>
    public static Result<PartitionKeyDefinition> Create(params IReadOnlyList<string> paths)
    {
        if (paths.Count is 0 or > DocumentLimits.MaxPartitionKeyPaths)
        {
            return new NacreError(ErrorCode.Malformed,
                $"A container has 1 to {DocumentLimits.MaxPartitionKeyPaths} partition key paths, not {paths.Count}.");
        }

        var steps = new byte[paths.Count][][];
        for (int level = 0; level < paths.Count; level++)
        {
            if (!TrySplit(paths[level], out byte[][] names, out string reason))
            {
                return new NacreError(ErrorCode.Malformed, $"Partition key path {level + 1}: {reason}");
            }

            steps[level] = names;
            for (int earlier = 0; earlier < level; earlier++)
            {
                if (SameSteps(steps[earlier], names))
                {
                    return new NacreError(
                        ErrorCode.Malformed, $"Partition key paths {earlier + 1} and {level + 1} are the same.");
                }
            }
        }

        return new PartitionKeyDefinition([.. paths], steps);
    }

    /// <summary>True when both have the same paths, however they are quoted.</summary>
    public bool Equals(PartitionKeyDefinition? other)
    {
        if (other is null || _steps.Length != other._steps.Length)
        {
            return false;
        }

        for (int level = 0; level < _steps.Length; level++)
        {
            if (!SameSteps(_steps[level], other._steps[level]))
            {
                return false;
            }
        }

        return true;
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as PartitionKeyDefinition);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (byte[][] names in _steps)
        {
            hash.Add(names.Length);
            foreach (byte[] name in names)
            {
                hash.AddBytes(name);
            }
        }

        return hash.ToHashCode();
    }

    /// <inheritdoc/>
    public override string ToString() => string.Join(", ", _paths);

    private static bool SameSteps(byte[][] left, byte[][] right)
    {
        if (left.Length != right.Length)
        {
            return false;
        }

        for (int step = 0; step < left.Length; step++)
        {
            if (!left[step].AsSpan().SequenceEqual(right[step]))
            {
                return false;
            }
        }

        return true;
    }

    private static bool TrySplit(string path, out byte[][] names, out string reason)
    {
        names = [];
        if (path.Length == 0 || path[0] != '/')
        {
            reason = "a path begins with '/'.";
            return false;
        }

        if (!TryGetUtf8(path, out byte[] whole) || whole.Length > MaxPathBytes)
        {
            reason = $"a path is Unicode text of at most {MaxPathBytes} bytes.";
            return false;
        }

        var steps = new List<byte[]>();
        int at = 0;
        while (at < path.Length)
        {
            if (path[at] != '/')
            {
                reason = "a quoted name is followed by '/' or the end.";
                return false;
            }

            at++;
            if (!TryTakeName(path, ref at, out string name, out reason))
            {
                return false;
            }

            steps.Add(Encoding.UTF8.GetBytes(name));
        }

        if (steps.Count > DocumentLimits.MaxDepth)
        {
            reason = $"a path has at most {DocumentLimits.MaxDepth} steps.";
            return false;
        }

        names = [.. steps];
        reason = "";
        return true;
    }

    private static bool TryTakeName(string path, ref int at, out string name, out string reason)
    {
        reason = "";
        if (at < path.Length && path[at] is '"' or '\'')
        {
            return TryTakeQuoted(path, ref at, out name, out reason);
        }

        int end = path.IndexOf('/', at);
        end = end < 0 ? path.Length : end;
        name = path[at..end].Trim();
        at = end;
        if (name.Length == 0)
        {
            reason = "a name between slashes is empty.";
        }
        else if (name is "*" or "?" or "[]")
        {
            reason = "a path has no wildcards.";
        }

        return reason.Length == 0;
    }

    private static bool TryTakeQuoted(string path, ref int at, out string name, out string reason)
    {
        char quote = path[at++];
        var unescaped = new StringBuilder();
        name = "";
        reason = "";
        for (; at < path.Length; at++)
        {
            if (path[at] == quote)
            {
                at++;
                name = unescaped.ToString();
                return true;
            }

            if (path[at] == '\\' && at + 1 < path.Length && (path[at + 1] == quote || path[at + 1] == '\\'))
            {
                at++;
            }

            unescaped.Append(path[at]);
        }

        reason = "a quoted name has no closing quote.";
        return false;
    }

    private static bool TryGetUtf8(string text, out byte[] utf8)
    {
        try
        {
            utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetBytes(text);
            return true;
        }
        catch (EncoderFallbackException)
        {
            utf8 = [];
            return false;
        }
    }
}
