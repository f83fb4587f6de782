using Nacre.Core.Spatial;
using Nacre.Query.Functions;

namespace Nacre.Query.Spatial;

/// <summary>Finds rings that cut or touch themselves or one another.</summary>
/// <remarks>
/// Thread-safe. The arcs are gone through by latitude, so that only those whose latitudes overlap are compared.
/// </remarks>
internal static class RingCrossings
{
    private const double DegreesPerRadian = 180 / Math.PI;

    /// <summary>Whether two arcs meet that are not neighbours in their ring, or neighbours anywhere but in their vertex.</summary>
    /// <param name="rings">Each closed.</param>
    /// <param name="context">Charged for each comparison.</param>
    public static bool Any(IEnumerable<GeoRing> rings, FunctionContext context)
    {
        List<Candidate> candidates = [];
        int ringNumber = 0;
        foreach (GeoRing ring in rings)
        {
            for (int at = 0; at < ring.Edges.Length; at++)
            {
                candidates.Add(Candidate.Of(ring.Edges[at], ringNumber, at, ring.Edges.Length));
            }

            ringNumber++;
        }

        candidates.Sort((left, right) => left.South.CompareTo(right.South));
        for (int at = 0; at < candidates.Count; at++)
        {
            for (int next = at + 1; next < candidates.Count && candidates[next].South <= candidates[at].North; next++)
            {
                context.Charge(4);
                if (candidates[at].Clashes(candidates[next]))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private readonly record struct Candidate(GeoArc Arc, int Ring, int Position, int RingLength, double South, double North)
    {
        public static Candidate Of(GeoArc arc, int ring, int position, int length)
        {
            // The arc lies within half its length around its middle.
            double middle = arc.Middle.Latitude;
            double reach = (arc.Start.Direction.AngleTo(arc.End.Direction) / 2 * DegreesPerRadian) + 1e-9;
            return new Candidate(arc, ring, position, length, middle - reach, middle + reach);
        }

        public bool Clashes(in Candidate other)
        {
            int apart = Math.Abs(Position - other.Position);
            if (Ring == other.Ring && (apart == 1 || apart == RingLength - 1))
            {
                // Neighbours share a vertex; they clash when one runs back along the other.
                GeoArc first = (Position + 1) % RingLength == other.Position ? Arc : other.Arc;
                GeoArc second = first.Start.Direction == Arc.Start.Direction ? other.Arc : Arc;
                return first.Holds(second.End.Direction) || second.Holds(first.Start.Direction);
            }

            if (Ring != other.Ring)
            {
                // Rings of a polygon may touch in a vertex.
                return Arc.TryCross(other.Arc, out _);
            }

            return Arc.Meets(other.Arc);
        }
    }
}
