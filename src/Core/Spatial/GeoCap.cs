namespace Nacre.Core.Spatial;

/// <summary>What lies within a distance of a point on the unit sphere.</summary>
/// <param name="Centre">Of length one.</param>
/// <param name="Reach">How far it goes, straight through the sphere: twice the sine of half the angle.</param>
public readonly record struct GeoCap(Direction Centre, double Reach);
