using Nacre.Testing;

namespace Nacre.Durability.Tests.Support;

/// <summary>A test whose fault cannot be had on this machine is skipped by name.</summary>
internal static class Skip
{
    /// <summary>Does something, or skips the test.</summary>
    public static T Unless<T>(Func<T> make)
    {
        try
        {
            return make();
        }
        catch (FaultUnavailableException e)
        {
            throw new IgnoreException(e.Message);
        }
    }

    /// <summary>Does something, or skips the test.</summary>
    public static async Task<T> UnlessAsync<T>(Func<Task<T>> make)
    {
        try
        {
            return await make();
        }
        catch (FaultUnavailableException e)
        {
            throw new IgnoreException(e.Message);
        }
    }
}
