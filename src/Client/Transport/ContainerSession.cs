using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;

namespace Nacre.Client.Transport;

/// <summary>What a session has written and seen in one container: the newest token of each range.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class ContainerSession
{
    // Invariants, under _seen: a range's number never falls; all tokens are of the container _incarnation, the newest one met.
    private const string Anything = "*";
    private const char Separator = ',';
    private const byte FormatVersion = 1;
    private const int TokenBytes = 53;

    private readonly Dictionary<ulong, (ulong Lsn, string Token)> _seen = [];
    private ulong _incarnation;
    private string? _joined;
    private long _version;
    private volatile bool _hasMore;

    /// <summary>Rises with each change.</summary>
    public long Version => Volatile.Read(ref _version);

    /// <summary>A write was acknowledged, and no token tells of it.</summary>
    public void NoteUntold()
    {
        if (!_hasMore)
        {
            _hasMore = true;
            Interlocked.Increment(ref _version);
        }
    }

    /// <summary>Takes what an answer says.</summary>
    /// <param name="tokens">One or more, with commas between.</param>
    public void Observe(string tokens)
    {
        foreach (string token in tokens.Split(Separator))
        {
            if (!TryRead(token, out ulong container, out ulong range, out ulong lsn))
            {
                // Of a newer server: what it tells cannot be compared, so a barrier must do.
                NoteUntold();
                continue;
            }

            lock (_seen)
            {
                if (container > _incarnation)
                {
                    // The container was made again: what there was is gone, and so is what was seen of it.
                    _hasMore &= _incarnation == 0;
                    _incarnation = container;
                    _seen.Clear();
                }

                if (container == _incarnation && (!_seen.TryGetValue(range, out (ulong Lsn, string) known) || known.Lsn < lsn))
                {
                    _seen[range] = (lsn, token);
                    _joined = null;
                    Interlocked.Increment(ref _version);
                }
            }
        }
    }

    /// <summary>The server takes the tokens no longer: the container was made again, or their key was destroyed.</summary>
    public void Forget()
    {
        lock (_seen)
        {
            _seen.Clear();
            _joined = null;
            _hasMore = true;
            Interlocked.Increment(ref _version);
        }
    }

    /// <summary>All tokens, for a read.</summary>
    /// <param name="given">As for <see cref="Complete"/>.</param>
    /// <param name="isSession">As for <see cref="Complete"/>.</param>
    /// <returns>Empty when there is nothing to tell.</returns>
    public string Tokens(string? given, bool isSession)
    {
        if (Volatile.Read(ref _incarnation) == 0)
        {
            return Complete("", given, isSession);
        }

        lock (_seen)
        {
            _joined ??= string.Join(Separator, _seen.Values.Select(seen => seen.Token));
            return Complete(_joined, given, isSession);
        }
    }

    /// <summary>The tokens that a stream was not told yet.</summary>
    /// <param name="told">What its server knows of each range; raised.</param>
    public string NewerThan(Dictionary<ulong, ulong> told)
    {
        lock (_seen)
        {
            string newer = "";
            foreach ((ulong range, (ulong lsn, string token)) in _seen)
            {
                if (told.GetValueOrDefault(range) < lsn)
                {
                    told[range] = lsn;
                    newer = Join(newer, token);
                }
            }

            return newer;
        }
    }

    /// <summary>A read's tokens, with what the caller gives and with a sign for what no token tells of.</summary>
    /// <param name="tokens">The session's own.</param>
    /// <param name="given">What the caller gives besides; null for nothing.</param>
    /// <param name="isSession">True when the read asks for session level by name: one of whom that is not known may be served at another.</param>
    public string Complete(string tokens, string? given, bool isSession)
    {
        tokens = Join(tokens, given);
        return _hasMore && (isSession || Volatile.Read(ref _incarnation) > 0) ? Join(tokens, Anything) : tokens;
    }

    /// <summary>The newest token of the range that an etag names; empty for none.</summary>
    public string TokenOf(string etag)
    {
        int hyphen = etag.IndexOf('-', StringComparison.Ordinal);
        if (hyphen <= 0 || !ulong.TryParse(etag.AsSpan(0, hyphen), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong range))
        {
            return "";
        }

        lock (_seen)
        {
            return _seen.TryGetValue(range, out (ulong Lsn, string Token) known) ? known.Token : "";
        }
    }

    /// <summary>Reads a token's range and number, whoever signed it; layout in <c>docs/formats/session.md</c>.</summary>
    public static bool TryRead(string token, out ulong container, out ulong range, out ulong lsn)
    {
        container = range = lsn = 0;
        Span<byte> bytes = stackalloc byte[TokenBytes + 3];
        if (token.Length > Base64Url.GetEncodedLength(TokenBytes) || !Base64Url.IsValid(token) ||
            Base64Url.DecodeFromChars(token, bytes) != TokenBytes || bytes[4] != FormatVersion)
        {
            return false;
        }

        container = BinaryPrimitives.ReadUInt64LittleEndian(bytes[5..]);
        range = BinaryPrimitives.ReadUInt64LittleEndian(bytes[13..]);
        lsn = BinaryPrimitives.ReadUInt64LittleEndian(bytes[29..]);
        return true;
    }

    private static string Join(string left, string? right) =>
        string.IsNullOrEmpty(right) ? left : left.Length == 0 ? right : string.Concat(left, ",", right);
}
