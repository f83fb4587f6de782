using System.Collections.Immutable;
using System.Security.Cryptography;
using Nacre.Core;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.Time;

namespace Nacre.Security.Keys;

/// <content>
/// Rotations and destructions. Each writes the whole ring anew and takes effect once that is durable; each throws
/// <see cref="Core.Files.StorageFaultException"/> when the disk refuses, and then nothing has changed here.
/// </content>
public sealed partial class KeyRing
{
    private IRandomSource Random => _folder.Random;

    private long NowMs => _folder.Time.NowMilliseconds();

    /// <summary>Adds a key domain with its first data key.</summary>
    /// <param name="domain">A domain that the ring does not have.</param>
    /// <returns>Its data key. Error: <see cref="ErrorCode.AlreadyExists"/>.</returns>
    public Result<DataKeyId> AddDomain(KeyDomainId domain)
    {
        lock (_changes)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_content.Domains.Any(known => known.Domain == domain))
            {
                return new NacreError(ErrorCode.AlreadyExists, $"Key domain {domain} is there already.");
            }

            using SecretBytes domainKey = SecretBytes.Draw(Random, KeyWrap.KeyBytes);
            using SecretBytes dataKey = SecretBytes.Draw(Random, KeyWrap.KeyBytes);
            long now = NowMs;
            WrappedDomainKey wrapped = WrapDomain(_root, new WrappedDomainKey(domain, 1, now, []), domainKey.Span);
            WrappedDataKey first = WrapData(domainKey.Span, 1, Fresh(domain, now), dataKey.Span);
            Write(_root, _content with
            {
                Domains = [.. _content.Domains.Add(wrapped).OrderBy(key => key.Domain)],
                DataKeys = _content.DataKeys.Add(first),
                NextDataKey = new DataKeyId(checked(first.Id.Value + 1)),
            });
            Keep(first.Id, dataKey.Span);
            PublishCurrent();
            return first.Id;
        }
    }

    /// <summary>Gives a domain a new data key. The one before opens what was written under it, until it is destroyed.</summary>
    /// <returns>The new key. Error: <see cref="ErrorCode.NotFound"/>.</returns>
    public Result<DataKeyId> RotateDataKey(KeyDomainId domain)
    {
        lock (_changes)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (Find(domain) is not { } wrapped)
            {
                return UnknownDomain(domain);
            }

            using var domainKey = new SecretBytes(KeyWrap.KeyBytes);
            Invariant.Check(TryUnwrap(wrapped, domainKey.Span));
            return Rotate(wrapped, domainKey.Span, wrapped, domainKey.Span);
        }
    }

    /// <summary>Gives a domain a new key: its data keys are wrapped anew, and a new data key becomes current.</summary>
    /// <returns>The new data key. Error: <see cref="ErrorCode.NotFound"/>.</returns>
    public Result<DataKeyId> RotateDomainKey(KeyDomainId domain)
    {
        lock (_changes)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (Find(domain) is not { } wrapped)
            {
                return UnknownDomain(domain);
            }

            using var oldKey = new SecretBytes(KeyWrap.KeyBytes);
            using SecretBytes newKey = SecretBytes.Draw(Random, KeyWrap.KeyBytes);
            Invariant.Check(TryUnwrap(wrapped, oldKey.Span));
            WrappedDomainKey next = WrapDomain(_root, new WrappedDomainKey(domain, checked(wrapped.Version + 1), NowMs, []), newKey.Span);
            return Rotate(wrapped, oldKey.Span, next, newKey.Span);
        }
    }

    /// <summary>
    /// Seals the ring under another root key and wraps the domain keys anew. Until the new ring is durable the old root
    /// key opens the folder, from then on only the new one.
    /// </summary>
    /// <param name="next">The new root key, kept safe by its provider before this is called; copied.</param>
    public void RotateRootKey(RootKey next)
    {
        ArgumentNullException.ThrowIfNull(next);
        lock (_changes)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            RootKey own = next.Copy();
            try
            {
                using var domainKey = new SecretBytes(KeyWrap.KeyBytes);
                var domains = ImmutableArray.CreateBuilder<WrappedDomainKey>(_content.Domains.Length);
                foreach (WrappedDomainKey wrapped in _content.Domains)
                {
                    Invariant.Check(TryUnwrap(wrapped, domainKey.Span));
                    domains.Add(WrapDomain(own, wrapped, domainKey.Span));
                }

                Write(own, _content with { Domains = domains.MoveToImmutable() });
            }
            catch
            {
                own.Dispose();
                throw;
            }

            _root.Dispose();
            _root = own;
        }
    }

    /// <summary>
    /// Destroys a data key: whatever it protects can never be read again. For the caller to know that no file,
    /// checkpoint or backup uses it.
    /// </summary>
    /// <param name="id">A retired key.</param>
    /// <returns>
    /// Errors: <see cref="ErrorCode.NotFound"/>; <see cref="ErrorCode.PreconditionFailed"/> for a current key. A key
    /// that is destroyed already is a success.
    /// </returns>
    public Result<Unit> DestroyDataKey(DataKeyId id)
    {
        lock (_changes)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            WrappedDataKey? key = _content.DataKeys.FirstOrDefault(known => known.Id == id);
            switch (key?.State)
            {
                case null:
                    return new NacreError(ErrorCode.NotFound, $"The key ring has no data key {id}.");
                case DataKeyState.Current:
                    return new NacreError(ErrorCode.PreconditionFailed, $"Data key {id} is the current one of domain {key.Domain}. Rotate it first, and re-encrypt what it protects.");
                case DataKeyState.Destroyed:
                    return Unit.Value;
            }

            WrappedDataKey destroyed = key with { State = DataKeyState.Destroyed, StateSinceMs = NowMs, Wrapped = new byte[KeyWrap.WrappedBytes] };
            Write(_root, _content with { DataKeys = _content.DataKeys.Replace(key, destroyed) });
            Forget(id);
            return Unit.Value;
        }
    }

    /// <summary>
    /// Makes a fresh data key current in <paramref name="to"/>'s domain; wraps the domain's other keys anew where the
    /// domain key or their state changes.
    /// </summary>
    private DataKeyId Rotate(WrappedDomainKey from, ReadOnlySpan<byte> fromKey, WrappedDomainKey to, ReadOnlySpan<byte> toKey)
    {
        using SecretBytes dataKey = SecretBytes.Draw(Random, KeyWrap.KeyBytes);
        using var existing = new SecretBytes(KeyWrap.KeyBytes);
        long now = NowMs;
        WrappedDataKey fresh = WrapData(toKey, to.Version, Fresh(to.Domain, now), dataKey.Span);
        var keys = ImmutableArray.CreateBuilder<WrappedDataKey>(_content.DataKeys.Length + 1);
        foreach (WrappedDataKey key in _content.DataKeys)
        {
            bool changes = key.State == DataKeyState.Current || from.Version != to.Version;
            if (key.Domain != to.Domain || key.State == DataKeyState.Destroyed || !changes)
            {
                keys.Add(key);
                continue;
            }

            Invariant.Check(KeyWrap.TryUnwrapData(fromKey, _content.Cluster, from.Version, key, existing.Span));
            WrappedDataKey retired = key.State == DataKeyState.Current
                ? key with { State = DataKeyState.Retired, StateSinceMs = now }
                : key;
            keys.Add(WrapData(toKey, to.Version, retired, existing.Span));
        }

        keys.Add(fresh);
        Write(_root, _content with
        {
            Domains = _content.Domains.Replace(from, to),
            DataKeys = keys.MoveToImmutable(),
            NextDataKey = new DataKeyId(checked(fresh.Id.Value + 1)),
        });
        Keep(fresh.Id, dataKey.Span);
        PublishCurrent();
        return fresh.Id;
    }

    /// <summary>
    /// Makes a content durable and takes it over. A write that fails may still have reached the disk, so its
    /// generation and key ids are never given again.
    /// </summary>
    private void Write(RootKey root, KeyRingContent next)
    {
        next = next with { Generation = checked(_content.Generation + 1), WrittenMs = NowMs };
        byte[] file = KeyRingCodec.Encode(next, root, Random);
        try
        {
            AtomicFile.Replace(_folder.Files, _folder.RingPath, file);
        }
        catch
        {
            _content = _content with { Generation = next.Generation, NextDataKey = next.NextDataKey };
            throw;
        }

        _content = next;
        Volatile.Write(ref _durableGeneration, next.Generation);
    }

    private void PublishCurrent() => Volatile.Write(ref _current, CurrentOf(_content));

    private WrappedDomainKey? Find(KeyDomainId domain) => _content.Domains.FirstOrDefault(known => known.Domain == domain);

    private WrappedDataKey Fresh(KeyDomainId domain, long nowMs) =>
        new(_content.NextDataKey, domain, DataKeyState.Current, nowMs, nowMs, []);

    private WrappedDomainKey WrapDomain(RootKey root, WrappedDomainKey key, ReadOnlySpan<byte> plain)
    {
        Span<byte> wrappingKey = stackalloc byte[KeyWrap.KeyBytes];
        DeriveWrappingKey(root, _content.Cluster, wrappingKey);
        byte[] wrapped = KeyWrap.WrapDomain(wrappingKey, _content.Cluster, key, plain, Random);
        CryptographicOperations.ZeroMemory(wrappingKey);
        return key with { Wrapped = wrapped };
    }

    private WrappedDataKey WrapData(ReadOnlySpan<byte> domainKey, uint domainVersion, WrappedDataKey key, ReadOnlySpan<byte> plain) =>
        key with { Wrapped = KeyWrap.WrapData(domainKey, _content.Cluster, domainVersion, key, plain, Random) };

    private static NacreError UnknownDomain(KeyDomainId domain) =>
        new(ErrorCode.NotFound, $"The key ring has no key domain {domain}.");
}
