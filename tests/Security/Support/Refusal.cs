using Nacre.Core.Errors;

namespace Nacre.Security.Tests.Support;

/// <summary>Reads results in tests.</summary>
internal static class Refusal
{
    /// <summary>The value; a refusal fails the test with its message.</summary>
    public static T Expect<T>(this Result<T> result)
    {
        Assert.That(result.IsOk, Is.True, result.Error?.Message);
        return result.Value;
    }

    /// <summary>The code of a refusal; <see cref="ErrorCode.None"/> for a value.</summary>
    public static ErrorCode Code<T>(this Result<T> result) => result.Error?.Code ?? ErrorCode.None;
}
