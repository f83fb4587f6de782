namespace Nacre.Query.Evaluation.Nodes;

/// <summary>Numbers as the 32 bits that the bitwise operators see, as in ECMAScript (ECMA-262, ToInt32).</summary>
internal static class Bits
{
    private const double TwoTo32 = 4294967296.0;

    /// <summary>The number without its fraction, modulo 2^32; 0 for NaN and the infinities.</summary>
    public static int ToInt32(double number)
    {
        if (!double.IsFinite(number))
        {
            return 0;
        }

        double rest = Math.Truncate(number) % TwoTo32;
        return unchecked((int)(uint)(long)rest);
    }
}
