namespace Nacre.Security;

/// <summary>Times as the formats hold them: whole milliseconds since 1970.</summary>
internal static class UnixTime
{
    /// <summary>The last millisecond that <see cref="DateTimeOffset"/> can hold.</summary>
    public const long MaxMilliseconds = 253_402_300_799_999;

    /// <summary>Reads a time from trusted bytes.</summary>
    public static DateTimeOffset FromMilliseconds(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);

    /// <summary>The present time.</summary>
    public static long NowMilliseconds(this TimeProvider time) => time.GetUtcNow().ToUnixTimeMilliseconds();
}
