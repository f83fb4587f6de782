using NUnit.Framework.Constraints;

namespace Nacre.Client.Tests;

/// <summary>Constraints on refusals.</summary>
internal static class Refused
{
    public static IResolveConstraint With(NacreErrorCode code) =>
        Throws.TypeOf<NacreException>().With.Property(nameof(NacreException.Code)).EqualTo(code);
}
