using System.Buffers.Binary;
using System.Security.Cryptography;
using Nacre.Core.Ids;
using Nacre.Core.Keys;

namespace Nacre.Testing;

/// <summary>Data keys made up from their ids, with rotation and destruction.</summary>
/// <remarks>Thread-safe. Domain d starts with data key d + 1; rotation hands out ids from 1,001.</remarks>
public sealed class TestDataKeys : IDataKeys
{
    private readonly Lock _lock = new();
    private readonly Dictionary<KeyDomainId, DataKeyId> _current = [];
    private readonly HashSet<DataKeyId> _destroyed = [];
    private readonly HashSet<string> _contexts = [];
    private uint _rotations = 1000;

    /// <summary>How many different (key, context) pairs were asked for.</summary>
    public int DistinctDerivations
    {
        get
        {
            lock (_lock)
            {
                return _contexts.Count;
            }
        }
    }

    /// <inheritdoc/>
    public DataKeyId Current(KeyDomainId domain)
    {
        lock (_lock)
        {
            return _current.TryGetValue(domain, out DataKeyId key) ? key : new DataKeyId(domain.Value + 1);
        }
    }

    /// <inheritdoc/>
    public bool TryDerive(DataKeyId key, ReadOnlySpan<byte> context, Span<byte> derived)
    {
        lock (_lock)
        {
            if (key.Value == 0 || _destroyed.Contains(key))
            {
                return false;
            }

            _contexts.Add($"{key}:{Convert.ToHexString(context)}");
        }

        Span<byte> material = stackalloc byte[32];
        BinaryPrimitives.WriteUInt32LittleEndian(material, key.Value);
        HKDF.DeriveKey(HashAlgorithmName.SHA256, material, derived, salt: [], context);
        return true;
    }

    /// <summary>Gives a domain a new current key; older ones still derive.</summary>
    public DataKeyId Rotate(KeyDomainId domain)
    {
        lock (_lock)
        {
            var key = new DataKeyId(++_rotations);
            _current[domain] = key;
            return key;
        }
    }

    /// <summary>Forgets a key: from now on nothing derives from it.</summary>
    public void Destroy(DataKeyId key)
    {
        lock (_lock)
        {
            _destroyed.Add(key);
        }
    }
}
