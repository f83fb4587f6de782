using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Nacre.Core.Commands;
using Nacre.Core.Control;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Server.Items;
using Nacre.Server.Pipeline;

namespace Nacre.Server.Administration;

/// <summary>What requests about the catalogue have in common: headers, versions as etags, pages by name.</summary>
internal static class ControlRequests
{
    private const int DefaultResults = 100;
    private const int MostResults = 1_000;

    private static readonly NacreError BadTag = new(ErrorCode.Malformed, "An etag is what an earlier answer gave, or \"*\".");

    private static readonly NacreError BadCount = new(ErrorCode.Malformed, "max_results is 1 to 1,000, or 0 for 100.");

    private static readonly NacreError BadContinuation =
        new(ErrorCode.ContinuationInvalid, "The continuation is unreadable, or of another list; begin again without it.");

    /// <summary>The request's part of a control entry's header.</summary>
    /// <param name="call">Who asks.</param>
    /// <param name="key">The caller's idempotency key; absent: none.</param>
    /// <param name="asked">What is asked, for telling two requests under one key apart.</param>
    public static Result<EntryHeader> HeaderOf(Call call, Protocol.V1.IdempotencyKey? key, ReadOnlySpan<byte> asked)
    {
        Result<IdempotencyKey> idempotency = WireKeys.Read(key);
        if (!idempotency.IsOk)
        {
            return idempotency.Error;
        }

        EntryAuthor author = call.Author;
        return new EntryHeader
        {
            Cause = EntryCause.User,
            Activity = author.Activity,
            PrincipalKind = author.Principal.EntryKind,
            PrincipalId = author.Principal.NameUtf8,
            Idempotency = idempotency.Value.IsNone
                ? IdempotencyKey.None
                : idempotency.Value with { Client = author.Principal.Own(idempotency.Value.Client), Hash = RequestHash.Of(default, asked) },
        };
    }

    /// <summary>The header for a command that is itself what is asked.</summary>
    public static Result<EntryHeader> HeaderOf(Call call, Protocol.V1.IdempotencyKey? key, ControlCommand command) =>
        HeaderOf(call, key, ControlCommandCodec.Encode(command));

    /// <summary>A version as callers see it.</summary>
    public static string TagOf(Sequence version) => version.Value.ToString("x", CultureInfo.InvariantCulture);

    /// <summary>Reads what a version must be; 0 takes any.</summary>
    public static Result<Sequence> ReadTag(string tag)
    {
        if (tag.Length == 0 || tag == "*")
        {
            return default(Sequence);
        }

        return ulong.TryParse(tag, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong version) && version > 0
            ? new Sequence(version)
            : BadTag;
    }

    /// <summary>Answers with a page of records that are sorted by name.</summary>
    /// <param name="sorted">All of them.</param>
    /// <param name="nameOf">Their names.</param>
    /// <param name="maxResults">As the caller gave it.</param>
    /// <param name="continuation">As the caller gave it.</param>
    /// <param name="seal">Signs the next one.</param>
    /// <param name="list">Which list it is: a byte of its own for each kind.</param>
    /// <param name="owner">The id of what is listed.</param>
    /// <param name="answer">Makes the answer of the page and the next continuation, which is empty at the end.</param>
    /// <returns>The answer; or Malformed, ContinuationInvalid.</returns>
    public static Result<TAnswer> Page<T, TAnswer>(
        IReadOnlyList<T> sorted, Func<T, string> nameOf, int maxResults, string continuation, TokenSeal seal, byte list, ulong owner,
        Func<IReadOnlyList<T>, string, TAnswer> answer)
    {
        if (maxResults is < 0 or > MostResults)
        {
            return BadCount;
        }

        string? after = null;
        if (continuation.Length > 0 && (after = Open(continuation, seal, list, owner)) is null)
        {
            return BadContinuation;
        }

        int count = maxResults == 0 ? DefaultResults : maxResults;
        IEnumerable<T> rest = after is null ? sorted : sorted.SkipWhile(item => string.CompareOrdinal(nameOf(item), after) <= 0);
        List<T> page = [.. rest.Take(count + 1)];
        if (page.Count <= count)
        {
            return answer(page, "");
        }

        page.RemoveAt(count);
        return answer(page, Seal(nameOf(page[^1]), seal, list, owner));
    }

    private static string Seal(string last, TokenSeal seal, byte list, ulong owner)
    {
        byte[] content = new byte[1 + sizeof(ulong) + Encoding.UTF8.GetByteCount(last)];
        content[0] = list;
        BinaryPrimitives.WriteUInt64LittleEndian(content.AsSpan(1), owner);
        Encoding.UTF8.GetBytes(last, content.AsSpan(1 + sizeof(ulong)));
        return seal.Seal(content);
    }

    private static string? Open(string continuation, TokenSeal seal, byte list, ulong owner) =>
        seal.TryOpen(continuation, out ReadOnlyMemory<byte> content) &&
        content.Length > 1 + sizeof(ulong) &&
        content.Span[0] == list &&
        BinaryPrimitives.ReadUInt64LittleEndian(content.Span[1..]) == owner
            ? Encoding.UTF8.GetString(content.Span[(1 + sizeof(ulong))..])
            : null;
}
