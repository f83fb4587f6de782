namespace Nacre.Cli.Tests;

/// <summary>Gives its bytes piece by piece, each on another thread, as a pipe or a slow disk does.</summary>
internal sealed class DribblingStream(byte[] bytes, int pieceBytes) : MemoryStream(bytes)
{
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await Task.Yield();
        return Read(buffer.Span[..Math.Min(buffer.Length, pieceBytes)]);
    }
}
