namespace Nacre.Server.DataFolder;

/// <summary>How far a check of a data folder is.</summary>
/// <param name="What">What is being read, such as <c>documents of shard 1</c>.</param>
/// <param name="Fraction">How much of that, 0 to 1.</param>
public readonly record struct FolderProgress(string What, double Fraction);
