using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Security.Authorisation;

namespace Nacre.Security.Tests.Authorisation;

[TestFixture]
internal sealed class PermissionCheckerTests
{
    private const Callers All = Callers.Keys | Callers.Tokens;

    private static readonly ResourceScope Scope = new(new DatabaseId(1), new ContainerId(2));

    [Test]
    public void Check_ReadWriteKey_MayDoEverything([Values] ResourceKind resource, [Values] AccessMode mode) =>
        Assert.That(Check(PrincipalKind.AccountReadWrite, resource, mode), Is.EqualTo(ErrorCode.None));

    [Test]
    public void Check_ReadOnlyKey_MayReadAndNothingElse([Values] ResourceKind resource, [Values] AccessMode mode) =>
        Assert.That(
            Check(PrincipalKind.AccountReadOnly, resource, mode),
            Is.EqualTo(mode == AccessMode.Read ? ErrorCode.None : ErrorCode.Forbidden));

    [Test]
    public void Check_MethodForReadWriteKeysAlone_ReadOnlyKeyMayNotEvenRead([Values] ResourceKind resource)
    {
        var action = new AccessAction(resource, AccessMode.Read, Callers.ReadWriteKeys);

        Assert.That(PermissionChecker.Check(Key(PrincipalKind.AccountReadWrite), action, Scope), Is.Null);
        Assert.That(PermissionChecker.Check(Key(PrincipalKind.AccountReadOnly), action, Scope)?.Code, Is.EqualTo(ErrorCode.Forbidden));
    }

    [Test]
    public void Check_JoiningNode_MayJoinAndNothingElse([Values] ResourceKind resource, [Values] AccessMode mode)
    {
        Assert.That(PermissionChecker.Check(Principal.JoiningNode, new AccessAction(resource, mode, Callers.JoinTokens), Scope), Is.Null);
        Assert.That(Check(PrincipalKind.JoiningNode, resource, mode), Is.EqualTo(ErrorCode.Forbidden));
        Assert.That(
            PermissionChecker.Check(Key(PrincipalKind.AccountReadWrite), new AccessAction(resource, mode, Callers.JoinTokens), Scope)?.Code,
            Is.EqualTo(ErrorCode.Forbidden));
    }

    [Test]
    public void Check_MethodForNobody_IsForbidden([Values] AccessMode mode) => Assert.That(
        PermissionChecker.Check(Key(PrincipalKind.AccountReadWrite), new AccessAction(ResourceKind.Item, mode, Callers.None), Scope)?.Code,
        Is.EqualTo(ErrorCode.Forbidden));

    [Test]
    public void Check_KindOrModeThatNobodyDefined_IsForbidden([Values] ResourceKind resource)
    {
        Assert.That(Check((PrincipalKind)99, resource, AccessMode.Read), Is.EqualTo(ErrorCode.Forbidden));
        Assert.That(Check(default, resource, AccessMode.Read), Is.EqualTo(ErrorCode.Forbidden));
        Assert.That(Check(PrincipalKind.AccountReadWrite, resource, default), Is.EqualTo(ErrorCode.Forbidden));
        Assert.That(Check(PrincipalKind.AccountReadOnly, resource, (AccessMode)3), Is.EqualTo(ErrorCode.Forbidden));
    }

    [TestCase(0, 0, 0, 0, true)]
    [TestCase(0, 0, 1, 2, true)]
    [TestCase(1, 0, 0, 0, false)]
    [TestCase(1, 0, 1, 0, true)]
    [TestCase(1, 0, 1, 2, true)]
    [TestCase(1, 0, 2, 0, false)]
    [TestCase(1, 2, 1, 0, false)]
    [TestCase(1, 2, 1, 2, true)]
    [TestCase(1, 2, 1, 3, false)]
    [TestCase(1, 2, 3, 2, false)]
    public void Check_OutsideTheCallersReach_IsForbidden(int database, int container, int inDatabase, int inContainer, bool allowed)
    {
        var principal = new Principal(PrincipalKind.AccountReadWrite, "test", default, At(database, container));

        NacreError? refusal = PermissionChecker.Check(principal, new AccessAction(ResourceKind.Item, AccessMode.Write, All), At(inDatabase, inContainer));

        Assert.That(refusal?.Code, Is.EqualTo(allowed ? null : ErrorCode.Forbidden));
    }

    [Test]
    public void Check_CredentialWithdrawnMeanwhile_IsUnauthenticated()
    {
        var principal = new Principal(PrincipalKind.AccountReadWrite, "test", default, ResourceScope.Account);
        principal.Withdraw();

        NacreError? refusal = PermissionChecker.Check(principal, new AccessAction(ResourceKind.Item, AccessMode.Read, All), Scope);

        Assert.That(refusal?.Code, Is.EqualTo(ErrorCode.Unauthenticated));
    }

    private static ResourceScope At(int database, int container) => new(new DatabaseId((ulong)database), new ContainerId((ulong)container));

    private static Principal Key(PrincipalKind kind) => new(kind, "test", default, ResourceScope.Account);

    private static ErrorCode Check(PrincipalKind kind, ResourceKind resource, AccessMode mode) =>
        PermissionChecker.Check(Key(kind), new AccessAction(resource, mode, All), Scope)?.Code ?? ErrorCode.None;
}
