namespace Nacre.Client;

/// <summary>A new account key: the only answer that ever carries one.</summary>
/// <param name="Properties">What is known of it.</param>
/// <param name="Key">Base64. A secret.</param>
public sealed record RegeneratedKey(AccountKeyProperties Properties, string Key)
{
    /// <summary>Without the key.</summary>
    public override string ToString() => Properties.ToString();
}
