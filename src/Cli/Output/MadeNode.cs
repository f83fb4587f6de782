namespace Nacre.Cli.Output;

/// <summary>A data folder that was made for a node.</summary>
/// <param name="ClusterId">The cluster, 32 hexadecimal digits.</param>
/// <param name="Node">The node.</param>
/// <param name="DataShards">Data shards.</param>
/// <param name="Data">The folder.</param>
internal sealed record MadeNode(string ClusterId, uint Node, int DataShards, string Data);
