using System.Collections.Frozen;
using System.Security.Cryptography;
using Nacre.Core;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.Keys;

namespace Nacre.Security.Keys;

/// <summary>
/// A cluster's keys: the root key wraps one key a domain, which wraps that domain's data keys. Kept sealed in one
/// file that is replaced whole at each change.
/// </summary>
/// <remarks>
/// Thread-safe. Deriving waits for no change: a rotation's disk writes happen outside the lock that guards key bytes.
/// </remarks>
// Invariants:
// - Every domain has exactly one current data key; ids of data keys rise and are never given twice, not even after
//   a write that failed.
// - A key becomes current only once the ring that holds it is durable, and leaves memory only once the ring without
//   it is durable.
// - The generation of every ring written is above that of every ring written before, durable or not.
public sealed partial class KeyRing : IDataKeys, IDisposable
{
    private readonly KeyRingFolder _folder;

    // One change at a time. Held over disk writes; taken before _material.
    private readonly Lock _changes = new();

    // Guards the bytes in _extracted against being cleared while a derivation reads them.
    private readonly Lock _material = new();
    private readonly Dictionary<DataKeyId, SecretBytes> _extracted = [];

    private RootKey _root;
    private KeyRingContent _content;
    private ulong _durableGeneration;
    private FrozenDictionary<KeyDomainId, DataKeyId> _current;
    private bool _disposed;

    private KeyRing(KeyRingFolder folder, RootKey root, KeyRingContent content)
    {
        _folder = folder;
        _root = root;
        _content = content;
        _durableGeneration = content.Generation;
        _current = CurrentOf(content);
    }

    /// <summary>The cluster that the ring belongs to.</summary>
    public ClusterId Cluster => _content.Cluster;

    /// <summary>
    /// Counts the writings of the ring. Remembered elsewhere and handed to <see cref="KeyRingFolder.Open"/>, it gives
    /// away an older file that was put back.
    /// </summary>
    public ulong Generation => Volatile.Read(ref _durableGeneration);

    /// <summary>The root key that the ring is sealed under.</summary>
    public RootKeyId RootKey
    {
        get
        {
            lock (_changes)
            {
                return _root.Id;
            }
        }
    }

    /// <inheritdoc/>
    public DataKeyId Current(KeyDomainId domain)
    {
        bool known = Volatile.Read(ref _current).TryGetValue(domain, out DataKeyId key);
        Invariant.Check(known);
        return key;
    }

    /// <inheritdoc/>
    public bool TryDerive(DataKeyId key, ReadOnlySpan<byte> context, Span<byte> derived)
    {
        Invariant.Check(!context.IsEmpty);
        Invariant.Check(derived.Length == KeyWrap.KeyBytes);
        lock (_material)
        {
            if (!_extracted.TryGetValue(key, out SecretBytes? extracted))
            {
                return false;
            }

            HKDF.Expand(HashAlgorithmName.SHA256, extracted.Span, derived, context);
            return true;
        }
    }

    /// <summary>Ids, states and times of all keys.</summary>
    public KeyRingStatus Status()
    {
        lock (_changes)
        {
            return new KeyRingStatus(
                _content.Cluster,
                Generation,
                _root.Id,
                UnixTime.FromMilliseconds(_content.WrittenMs),
                [.. _content.Domains.Select(key => new DomainKeyStatus(key.Domain, key.Version, UnixTime.FromMilliseconds(key.CreatedMs)))],
                [.. _content.DataKeys.Select(key => new DataKeyStatus(
                    key.Id, key.Domain, key.State, UnixTime.FromMilliseconds(key.CreatedMs), UnixTime.FromMilliseconds(key.StateSinceMs)))]);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_changes)
        {
            lock (_material)
            {
                foreach (SecretBytes extracted in _extracted.Values)
                {
                    extracted.Dispose();
                }

                _extracted.Clear();
            }

            _root.Dispose();
            _disposed = true;
        }
    }

    /// <summary>Makes a ring with the shared domain, durable on return. Owns <paramref name="root"/> from here on.</summary>
    internal static KeyRing Create(KeyRingFolder folder, ClusterId cluster, RootKey root)
    {
        Invariant.Check(cluster != default);
        var empty = new KeyRingContent(cluster, 0, folder.Time.NowMilliseconds(), new DataKeyId(1), [], []);
        var ring = new KeyRing(folder, root, empty);
        try
        {
            Result<DataKeyId> added = ring.AddDomain(KeyDomainId.Shared);
            Invariant.Check(added.IsOk);
            return ring;
        }
        catch
        {
            ring.Dispose();
            throw;
        }
    }

    /// <summary>Opens a ring's bytes. Owns <paramref name="root"/> from here on.</summary>
    internal static Result<KeyRing> Open(KeyRingFolder folder, ReadOnlySpan<byte> file, RootKey root)
    {
        Result<KeyRingContent> content = KeyRingCodec.Decode(file, root);
        if (!content.IsOk)
        {
            root.Dispose();
            return content.Error;
        }

        var ring = new KeyRing(folder, root, content.Value);
        if (ring.LoadMaterial() is { } damage)
        {
            ring.Dispose();
            return damage;
        }

        return ring;
    }

    /// <summary>A refusal when this ring is older than what is remembered of it, or null.</summary>
    internal NacreError? Check(ulong minimumGeneration) => Generation >= minimumGeneration
        ? null
        : KeyRingCodec.Corrupt($"it is an older copy, generation {Generation}, where generation {minimumGeneration} was written");

    private static FrozenDictionary<KeyDomainId, DataKeyId> CurrentOf(KeyRingContent content) => content.DataKeys
        .Where(key => key.State == DataKeyState.Current)
        .ToFrozenDictionary(key => key.Domain, key => key.Id);

    /// <summary>Unwraps every data key and keeps what HKDF extracts from it: all that deriving needs.</summary>
    private NacreError? LoadMaterial()
    {
        Span<byte> domainKey = stackalloc byte[KeyWrap.KeyBytes];
        Span<byte> dataKey = stackalloc byte[KeyWrap.KeyBytes];
        try
        {
            foreach (WrappedDomainKey domain in _content.Domains)
            {
                if (!TryUnwrap(domain, domainKey))
                {
                    return KeyRingCodec.Corrupt($"the key of domain {domain.Domain} does not open");
                }

                foreach (WrappedDataKey key in _content.DataKeys)
                {
                    if (key.Domain != domain.Domain || key.State == DataKeyState.Destroyed)
                    {
                        continue;
                    }

                    if (!KeyWrap.TryUnwrapData(domainKey, _content.Cluster, domain.Version, key, dataKey))
                    {
                        return KeyRingCodec.Corrupt($"data key {key.Id} does not open");
                    }

                    Keep(key.Id, dataKey);
                }
            }

            return null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(domainKey);
            CryptographicOperations.ZeroMemory(dataKey);
        }
    }

    private void Keep(DataKeyId id, ReadOnlySpan<byte> dataKey)
    {
        var extracted = new SecretBytes(KeyWrap.KeyBytes);
        HKDF.Extract(HashAlgorithmName.SHA256, dataKey, salt: [], extracted.Span);
        lock (_material)
        {
            _extracted.Add(id, extracted);
        }
    }

    private bool TryUnwrap(WrappedDomainKey domain, Span<byte> plain)
    {
        Span<byte> wrappingKey = stackalloc byte[KeyWrap.KeyBytes];
        DeriveWrappingKey(_root, _content.Cluster, wrappingKey);
        bool opened = KeyWrap.TryUnwrapDomain(wrappingKey, _content.Cluster, domain, plain);
        CryptographicOperations.ZeroMemory(wrappingKey);
        return opened;
    }

    private static void DeriveWrappingKey(RootKey root, ClusterId cluster, Span<byte> wrappingKey)
    {
        Span<byte> salt = stackalloc byte[ClusterId.SizeBytes];
        cluster.Write(salt);
        root.Derive(salt, "nacre keyring wrap v1"u8, wrappingKey);
    }
}
