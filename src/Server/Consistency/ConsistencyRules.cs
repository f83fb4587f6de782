using Nacre.Core.Consistency;
using Nacre.Core.Control;
using Nacre.Core.Documents;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Server.Routing;

namespace Nacre.Server.Consistency;

/// <summary>What reads are promised: what the account says, what the request asks for, and what its session has seen.</summary>
/// <param name="catalog">Holds the account's level.</param>
/// <param name="tokens">Makes and reads session tokens.</param>
/// <remarks>Thread-safe. Without session tokens nothing here allocates.</remarks>
internal sealed class ConsistencyRules(ICatalogReader catalog, SessionTokens tokens)
{
    private Known _known = new(null, AccountConsistency.Default);

    /// <summary>What the account promises, as of the catalogue that this node has applied.</summary>
    public AccountConsistency Account
    {
        get
        {
            string? value = catalog.Current.SettingOf(AccountConsistency.SettingName);
            Known known = Volatile.Read(ref _known);
            if (!ReferenceEquals(value, known.Value))
            {
                known = new Known(value, AccountConsistency.Parse(value));
                Volatile.Write(ref _known, known);
            }

            return known.Consistency;
        }
    }

    /// <summary>Whether a write's answer carries a session token.</summary>
    /// <param name="isWanted">As the request says.</param>
    public bool GivesToken(bool isWanted) => isWanted || Account.Level == ConsistencyLevel.Session;

    /// <summary>What a read is promised.</summary>
    /// <param name="asked">The level that it asks for.</param>
    /// <param name="token">Session tokens with commas between; empty for none. Looked at only where the level is session.</param>
    /// <param name="isWanted">Whether it wants a session token.</param>
    /// <param name="container">What is read.</param>
    /// <param name="stream">What the session of a stream has seen, and to be raised to what the tokens say; null for a read of its own.</param>
    /// <returns>The terms; Malformed, ConsistencyTooStrong, SessionTokenInvalid.</returns>
    public Result<ReadTerms> TermsOf(
        Protocol.V1.ConsistencyLevel asked, string token, bool isWanted, ContainerRoute container, SessionMarks? stream = null)
    {
        AccountConsistency account = Account;
        Result<ConsistencyLevel> level = account.LevelFor((uint)asked > (uint)ConsistencyLevel.Eventual ? (ConsistencyLevel)byte.MaxValue : (ConsistencyLevel)asked);
        if (!level.IsOk)
        {
            return level.Error;
        }

        if (level.Value != ConsistencyLevel.Session)
        {
            return new ReadTerms(level.Value, account.Bound, null, GivesToken(isWanted));
        }

        if (token.Length == 0)
        {
            return new ReadTerms(level.Value, account.Bound, stream, GivesToken: true);
        }

        SessionMarks marks = stream ?? new SessionMarks();
        Result<bool> isAll = tokens.Read(token, container, marks);
        return isAll.IsOk
            ? new ReadTerms(isAll.Value ? level.Value : ConsistencyLevel.Strong, account.Bound, marks, GivesToken: true)
            : isAll.Error;
    }

    /// <summary>What a session has seen that was just answered from a range: the newest that can be there to be seen.</summary>
    public static SessionMark Seen(ContainerRoute container, RangeRoute range)
    {
        using IDocumentView view = range.Shard.Documents.OpenView();
        Result<Lsn> last = view.LastLsn(range.Id);
        return last.IsOk ? new SessionMark(container.Id, range, last.Value) : default;
    }

    /// <summary>The token of a mark; empty for none.</summary>
    public string TokenOf(in SessionMark mark) => mark.Range is null ? "" : tokens.Make(mark);

    private sealed record Known(string? Value, AccountConsistency Consistency);
}
