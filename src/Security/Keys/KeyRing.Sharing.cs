using System.Collections.Immutable;
using System.Security.Cryptography;
using Nacre.Core;
using Nacre.Core.Errors;
using Nacre.Core.Ids;

namespace Nacre.Security.Keys;

/// <content>
/// What the nodes of a cluster share: the data keys. Each node has a ring of its own, under a root key and domain keys of its
/// own, and takes over what others have and it has not. Rings grow alike by that in whatever order it happens: a key that any
/// of them has, all get; one that any has destroyed, all destroy; the highest id is the current one.
/// </content>
public sealed partial class KeyRing
{
    /// <summary>The next id that this ring would give.</summary>
    public DataKeyId NextDataKey
    {
        get
        {
            lock (_changes)
            {
                return _content.NextDataKey;
            }
        }
    }

    /// <summary>The data keys in clear, for another node of the cluster that was let in. For no disk and no log.</summary>
    /// <returns>The caller disposes it.</returns>
    public SecretBytes Export()
    {
        lock (_changes)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            SecretBytes export = KeyRingExport.Write(_content, out int[] keyAt);
            using var domainKey = new SecretBytes(KeyWrap.KeyBytes);
            foreach (WrappedDomainKey domain in _content.Domains)
            {
                Invariant.Check(TryUnwrap(domain, domainKey.Span));
                for (int i = 0; i < keyAt.Length; i++)
                {
                    WrappedDataKey key = _content.DataKeys[i];
                    if (key.Domain == domain.Domain && key.State != DataKeyState.Destroyed)
                    {
                        Invariant.Check(KeyWrap.TryUnwrapData(
                            domainKey.Span, _content.Cluster, domain.Version, key, export.Span.Slice(keyAt[i], KeyWrap.KeyBytes)));
                    }
                }
            }

            return export;
        }
    }

    /// <summary>Takes over what another node's ring has and this one has not; durable on return.</summary>
    /// <param name="exported">As <see cref="Export"/> gave it there; the caller clears it.</param>
    /// <returns>
    /// Whether anything was new. Errors: <see cref="ErrorCode.Corrupt"/> for what is no export of this cluster or
    /// contradicts this ring, <see cref="ErrorCode.Unsupported"/>; nothing has changed then.
    /// </returns>
    public Result<bool> Merge(ReadOnlySpan<byte> exported)
    {
        if (KeyRingExport.TryRead(exported, out KeyRingExport theirs) is { } unreadable)
        {
            return unreadable;
        }

        lock (_changes)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (FindContradiction(theirs) is { } contradiction)
            {
                return new NacreError(ErrorCode.Corrupt,
                    $"The keys that another node sent contradict this node's: {contradiction}. One of them was restored from a copy of another time; let it join anew with an empty data folder.");
            }

            if (!BringsAnything(theirs))
            {
                return false;
            }

            TakeOver(theirs);
            return true;
        }
    }

    /// <summary>
    /// Gives no id below <paramref name="next"/> any more: what the cluster has set aside for this node's next keys, so that no
    /// two nodes ever give one id. Durable with the next key.
    /// </summary>
    /// <param name="next">The least id of the next key.</param>
    public void SkipTo(DataKeyId next)
    {
        lock (_changes)
        {
            if (next > _content.NextDataKey)
            {
                _content = _content with { NextDataKey = next };
            }
        }
    }

    /// <summary>Makes a ring of what another node exported, durable on return. Owns <paramref name="root"/> from here on.</summary>
    internal static Result<KeyRing> Adopt(KeyRingFolder folder, ClusterId cluster, ReadOnlySpan<byte> exported, RootKey root)
    {
        Invariant.Check(cluster != default);
        var ring = new KeyRing(folder, root, new KeyRingContent(cluster, 0, folder.Time.NowMilliseconds(), new DataKeyId(1), [], []));
        try
        {
            Result<bool> merged = ring.Merge(exported);
            if (merged.IsOk && merged.Value)
            {
                return ring;
            }

            ring.Dispose();
            return merged.IsOk ? KeyRingCodec.Corrupt("the node that was joined sent no keys") : merged.Error;
        }
        catch
        {
            ring.Dispose();
            throw;
        }
    }

    private string? FindContradiction(in KeyRingExport theirs)
    {
        if (theirs.Cluster != _content.Cluster)
        {
            return $"they are of cluster {theirs.Cluster}";
        }

        Span<byte> extracted = stackalloc byte[KeyWrap.KeyBytes];
        for (int at = 0; at < theirs.Keys.Count; at++)
        {
            WrappedDataKey key = theirs.Keys[at];
            if (Own(key.Id) is not { } own)
            {
                continue;
            }

            if (own.Domain != key.Domain)
            {
                return $"data key {key.Id} is of another domain there";
            }

            if (own.State == DataKeyState.Destroyed || key.State == DataKeyState.Destroyed)
            {
                continue;
            }

            HKDF.Extract(HashAlgorithmName.SHA256, theirs.KeyAt(at), salt: [], extracted);
            bool isSame = CryptographicOperations.FixedTimeEquals(extracted, _extracted[key.Id].Span);
            CryptographicOperations.ZeroMemory(extracted);
            if (!isSame)
            {
                return $"data key {key.Id} is another there";
            }
        }

        return null;
    }

    private bool BringsAnything(in KeyRingExport theirs)
    {
        foreach (WrappedDataKey key in theirs.Keys)
        {
            if (Own(key.Id) is not { } own || (key.State == DataKeyState.Destroyed && own.State != DataKeyState.Destroyed))
            {
                return true;
            }
        }

        foreach ((KeyDomainId domain, uint version) in theirs.Domains)
        {
            if (Find(domain) is not { } own || own.Version < version)
            {
                return true;
            }
        }

        return theirs.NextDataKey > _content.NextDataKey;
    }

    private void TakeOver(in KeyRingExport theirs)
    {
        long now = NowMs;
        var domains = ImmutableArray.CreateBuilder<WrappedDomainKey>();
        var keys = new SortedDictionary<DataKeyId, WrappedDataKey>();
        foreach (KeyDomainId domain in _content.Domains.Select(known => known.Domain).Union(theirs.Domains.Keys).Order())
        {
            domains.Add(TakeOver(theirs, domain, keys, now));
        }

        Write(_root, _content with
        {
            Domains = domains.ToImmutable(),
            DataKeys = [.. keys.Values],
            NextDataKey = theirs.NextDataKey > _content.NextDataKey ? theirs.NextDataKey : _content.NextDataKey,
        });
        for (int at = 0; at < theirs.Keys.Count; at++)
        {
            DataKeyId id = theirs.Keys[at].Id;
            if (keys[id].State == DataKeyState.Destroyed)
            {
                Forget(id);
            }
            else if (!_extracted.ContainsKey(id))
            {
                Keep(id, theirs.KeyAt(at));
            }
        }

        PublishCurrent();
    }

    /// <summary>One domain's part: its key, drawn anew where the other node's is of a later version, and all its data keys under it.</summary>
    private WrappedDomainKey TakeOver(in KeyRingExport theirs, KeyDomainId domain, SortedDictionary<DataKeyId, WrappedDataKey> into, long now)
    {
        WrappedDomainKey? before = Find(domain);
        uint version = Math.Max(before?.Version ?? 0, theirs.Domains.GetValueOrDefault(domain));
        bool isNew = before is null || before.Version != version;
        using var oldKey = new SecretBytes(KeyWrap.KeyBytes);
        Invariant.Check(before is null || TryUnwrap(before, oldKey.Span));
        using SecretBytes key = isNew ? SecretBytes.Draw(Random, KeyWrap.KeyBytes) : SecretBytes.CopyOf(oldKey.Span);
        WrappedDomainKey after = isNew ? WrapDomain(_root, new WrappedDomainKey(domain, version, now, []), key.Span) : before!;

        DataKeyId current = _content.DataKeys.Concat(theirs.Keys)
            .Where(each => each.Domain == domain && each.State == DataKeyState.Current).Max(each => each.Id);
        using var plain = new SecretBytes(KeyWrap.KeyBytes);
        foreach (WrappedDataKey own in _content.DataKeys.Where(each => each.Domain == domain))
        {
            WrappedDataKey next = Advance(own, Of(theirs, own.Id), current, now);
            if (next.State == DataKeyState.Destroyed)
            {
                next = next with { Wrapped = new byte[KeyWrap.WrappedBytes] };
            }
            else if (isNew || next.State != own.State)
            {
                Invariant.Check(KeyWrap.TryUnwrapData(oldKey.Span, _content.Cluster, before!.Version, own, plain.Span));
                next = WrapData(key.Span, version, next, plain.Span);
            }

            into.Add(own.Id, next);
        }

        for (int at = 0; at < theirs.Keys.Count; at++)
        {
            WrappedDataKey brought = theirs.Keys[at];
            if (brought.Domain == domain && !into.ContainsKey(brought.Id))
            {
                WrappedDataKey next = Advance(brought, null, current, now);
                into.Add(brought.Id, next.State == DataKeyState.Destroyed
                    ? next with { Wrapped = new byte[KeyWrap.WrappedBytes] }
                    : WrapData(key.Span, version, next, theirs.KeyAt(at)));
            }
        }

        return after;
    }

    /// <summary>A key's state when two rings have become one.</summary>
    private static WrappedDataKey Advance(WrappedDataKey key, WrappedDataKey? other, DataKeyId current, long now)
    {
        DataKeyState state = key.State == DataKeyState.Destroyed || other?.State == DataKeyState.Destroyed ? DataKeyState.Destroyed
            : key.Id == current ? DataKeyState.Current
            : DataKeyState.Retired;
        long since = state == key.State ? key.StateSinceMs : state == other?.State ? other.StateSinceMs : now;
        return key with { State = state, StateSinceMs = since };
    }

    private static WrappedDataKey? Of(in KeyRingExport export, DataKeyId id)
    {
        foreach (WrappedDataKey key in export.Keys)
        {
            if (key.Id == id)
            {
                return key;
            }
        }

        return null;
    }

    private WrappedDataKey? Own(DataKeyId id) => _content.DataKeys.FirstOrDefault(known => known.Id == id);

    private void Forget(DataKeyId id)
    {
        lock (_material)
        {
            if (_extracted.Remove(id, out SecretBytes? extracted))
            {
                extracted.Dispose();
            }
        }
    }
}
