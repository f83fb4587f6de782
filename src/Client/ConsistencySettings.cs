namespace Nacre.Client;

/// <summary>What reads of an account promise when they ask for nothing else, and the most that they may ask for.</summary>
/// <param name="Level">The level; of a new account it is strong.</param>
/// <param name="MaxVersions">Bounded staleness: writes of a range that a read may lack. 10 to 2,147,483,647; default 100,000.</param>
/// <param name="MaxAge">Bounded staleness: for how long a read may lack a write. 5 seconds to 1 day; default 5 minutes.</param>
public sealed record ConsistencySettings(ConsistencyLevel Level, long MaxVersions, TimeSpan MaxAge);
