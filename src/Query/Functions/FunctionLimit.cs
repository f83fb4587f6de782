namespace Nacre.Query.Functions;

/// <summary>Which limit a function ran into.</summary>
internal enum FunctionLimit
{
    /// <summary>The query's steps are used up.</summary>
    Steps,

    /// <summary>A value would be larger than a query may build.</summary>
    ValueBytes,
}
