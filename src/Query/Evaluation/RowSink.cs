using Nacre.Query.Values;

namespace Nacre.Query.Evaluation;

/// <summary>Takes one row.</summary>
/// <param name="row">Defined; it borrows from the document and is good for the call.</param>
/// <returns>False when no more are wanted.</returns>
internal delegate bool RowSink(in QueryValue row);
