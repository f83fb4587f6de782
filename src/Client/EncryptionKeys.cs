namespace Nacre.Client;

/// <summary>The keys that protect the data at rest. None of this is secret.</summary>
/// <param name="RootKeyId">Names the root key.</param>
/// <param name="RootKeyProvider">Where the root key comes from, such as <c>file</c> or <c>env</c>.</param>
/// <param name="DataKeys">All data keys, current and older.</param>
/// <param name="IsReencrypting">True while data under older keys is being written anew.</param>
public sealed record EncryptionKeys(string RootKeyId, string RootKeyProvider, IReadOnlyList<DataKeyProperties> DataKeys, bool IsReencrypting);
