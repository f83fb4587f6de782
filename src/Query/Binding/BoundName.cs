namespace Nacre.Query.Binding;

/// <summary>What a name stands for: a path of the item, or a value in a slot.</summary>
/// <param name="Name">As written.</param>
/// <param name="Path">The path; null when it is a slot.</param>
/// <param name="Slot">The slot; -1 when it is a path.</param>
internal sealed record BoundName(string Name, DocumentPath? Path, int Slot);
