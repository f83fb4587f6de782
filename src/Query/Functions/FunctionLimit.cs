namespace Nacre.Query.Functions;

/// <summary>Which limit a function ran into.</summary>
internal enum FunctionLimit
{
    /// <summary>The query's steps are used up.</summary>
    Steps,

    /// <summary>The steps that one item may take are used up.</summary>
    ItemSteps,

    /// <summary>A value would be larger than a query may build.</summary>
    ValueBytes,
}
