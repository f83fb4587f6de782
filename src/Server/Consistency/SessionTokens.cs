using System.Buffers.Binary;
using Nacre.Core.Control;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Server.Items;
using Nacre.Server.Routing;

namespace Nacre.Server.Consistency;

/// <summary>Session tokens: what a session has seen of a range, signed. Layout in <c>docs/formats/session.md</c>.</summary>
/// <param name="seal">Signs.</param>
/// <remarks>Thread-safe.</remarks>
internal sealed class SessionTokens(TokenSeal seal)
{
    /// <summary>In a token's place: the session has seen what it has no token for.</summary>
    public const string Anything = "*";

    /// <summary>Stands between tokens.</summary>
    public const char Separator = ',';
    private const byte FormatVersion = 1;
    private const int ContentBytes = 33;

    private static readonly NacreError Invalid = new(
        ErrorCode.SessionTokenInvalid,
        "The session token is unreadable, was changed, or is of another container or cluster. Read without it, or at a stronger level.");

    /// <summary>Makes a token.</summary>
    public string Make(in SessionMark mark)
    {
        Core.Invariant.Check(mark.Range is not null);
        Span<byte> content = stackalloc byte[ContentBytes];
        content[0] = FormatVersion;
        BinaryPrimitives.WriteUInt64LittleEndian(content[1..], mark.Container.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(content[9..], mark.Range.Id.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(content[17..], mark.Range.Generation.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(content[25..], mark.Lsn.Value);
        return seal.Seal(content);
    }

    /// <summary>Reads tokens, with commas between.</summary>
    /// <param name="text">At least one.</param>
    /// <param name="container">The container that is read: the tokens must be its own.</param>
    /// <param name="into">Raised to what they say.</param>
    /// <returns>
    /// True when they say all that the session has seen; false when there may be more, in ranges that nobody can name: a
    /// barrier has it. Or SessionTokenInvalid.
    /// </returns>
    public Result<bool> Read(string text, ContainerRoute container, SessionMarks into)
    {
        bool isAll = true;
        int count = 0;
        foreach (Range part in text.AsSpan().Split(Separator))
        {
            ReadOnlySpan<char> token = text.AsSpan()[part];
            if (++count > Catalog.MaxRanges + 1)
            {
                return Invalid;
            }

            if (token is Anything)
            {
                isAll = false;
                continue;
            }

            if (!seal.TryOpen(token.ToString(), out ReadOnlyMemory<byte> content) || content.Length != ContentBytes ||
                content.Span[0] != FormatVersion || BinaryPrimitives.ReadUInt64LittleEndian(content.Span[1..]) != container.Id.Value)
            {
                return Invalid;
            }

            var range = new RangeId(BinaryPrimitives.ReadUInt64LittleEndian(content.Span[9..]));
            isAll &= Has(container, range);
            into.Raise(range, new Lsn(BinaryPrimitives.ReadUInt64LittleEndian(content.Span[25..])));
        }

        return isAll;
    }

    /// <summary>A range that the catalogue does not name here any more, or not yet, was split or moved: what it held is in others.</summary>
    private static bool Has(ContainerRoute container, RangeId range)
    {
        foreach (RangeRoute known in container.Ranges)
        {
            if (known.Id == range)
            {
                return true;
            }
        }

        return false;
    }
}
