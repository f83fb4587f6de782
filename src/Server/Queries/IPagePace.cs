namespace Nacre.Server.Queries;

/// <summary>What a source of items asks the page that it works for.</summary>
/// <remarks>For one caller at a time.</remarks>
internal interface IPagePace
{
    /// <summary>Rows sorted so far, those of earlier pages left out.</summary>
    long RowsSorted { get; }

    /// <summary>Lets other queries work while the source goes through index entries; throws once the query is given up.</summary>
    ValueTask PassOnAsync(CancellationToken cancellationToken);
}
