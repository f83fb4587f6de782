namespace Nacre.Cli.Transfer;

/// <summary>A line of a file.</summary>
/// <param name="Number">From 1, blank lines counted.</param>
/// <param name="EndOffset">Where the next line begins, in unpacked bytes from the file's beginning.</param>
/// <param name="Bytes">Without the line end; empty for a blank line and for one that is too long.</param>
/// <param name="IsTooLong">True when the line is longer than <see cref="LineReader.MaxLineBytes"/>; it is skipped unread.</param>
internal readonly record struct Line(long Number, long EndOffset, ReadOnlyMemory<byte> Bytes, bool IsTooLong);
