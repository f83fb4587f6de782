using Nacre.Core.Control;
using Nacre.Core.Documents;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Security.Authorisation;

namespace Nacre.Security.Tests.Tokens;

/// <summary>How far each scope of a permission goes.</summary>
[TestFixture]
internal sealed class TokenScopeTests : TokenFixture
{
    private static readonly ResourceScope Own = new(new DatabaseId(1), new ContainerId(2));

    private static readonly ResourceScope[] Others =
    [
        ResourceScope.Account, new(new DatabaseId(1), default), new(new DatabaseId(1), new ContainerId(3)), new(new DatabaseId(2), new ContainerId(2)),
    ];

    [Test]
    public void Check_EveryKindOfResource_OnlyWhatTokensAreFor([Values] ResourceKind resource, [Values] AccessMode mode, [Values] PermissionMode permission)
    {
        Principal bearer = Bearer(permission);

        bool allowed = resource switch
        {
            ResourceKind.Account or ResourceKind.Container => mode == AccessMode.Read,
            ResourceKind.Item => mode == AccessMode.Read || permission == PermissionMode.All,
            _ => false,
        };
        Assert.That(Check(bearer, resource, mode, Own), Is.EqualTo(allowed ? ErrorCode.None : ErrorCode.Forbidden));
    }

    [Test]
    public void Check_MethodThatIsNotForTokens_IsForbidden([Values] ResourceKind resource) => Assert.That(
        PermissionChecker.Check(Bearer(PermissionMode.All), new AccessAction(resource, AccessMode.Read, Callers.Keys), Own)?.Code,
        Is.EqualTo(ErrorCode.Forbidden));

    [Test]
    public void Check_OtherContainers_GetOneAnswer()
    {
        Principal bearer = Bearer(PermissionMode.All);

        foreach (ResourceScope other in Others)
        {
            NacreError?[] refusals =
            [
                PermissionChecker.Check(bearer, new AccessAction(ResourceKind.Item, AccessMode.Read, Callers.Tokens), other),
                PermissionChecker.Check(bearer, new AccessAction(ResourceKind.Item, AccessMode.Write, Callers.Tokens), other),
                PermissionChecker.Check(bearer, new AccessAction(ResourceKind.Container, AccessMode.Read, Callers.Tokens), other),
            ];

            Assert.That(refusals.Select(refusal => refusal?.Message).Distinct().Single(), Is.EqualTo("The caller may not do this."));
        }
    }

    [TestCase("dbs/d/colls/c/sprocs/s")]
    [TestCase("dbs/d/colls/c/triggers/s")]
    [TestCase("dbs/d/colls/c/udfs/s")]
    [TestCase("dbs/d/colls/c/docs/1/attachments/a")]
    public void Check_PermissionForSomethingElse_OpensNoItem(string path)
    {
        Principal bearer = Enter(Issue(Permission(path: path, partitionKey: path.Contains("docs", StringComparison.Ordinal) ? Key("t1", "u1") : default))).Value;

        Assert.That(Check(bearer, ResourceKind.Item, AccessMode.Read, Own), Is.EqualTo(ErrorCode.Forbidden));
        Assert.That(Check(bearer, ResourceKind.Container, AccessMode.Read, Own), Is.EqualTo(ErrorCode.None));
    }

    [TestCase("t1 u1", "1", true)]
    [TestCase("t1 u1", "2", true)]
    [TestCase("t1 u2", "1", false)]
    [TestCase("t1 u10", "1", false)]
    [TestCase("t1 u1\0", "1", false)]
    [TestCase("t2 u1", "1", false)]
    [TestCase("u1 t1", "1", false)]
    [TestCase("T1 u1", "1", false)]
    public void CheckItem_WholePartitionKey_CoversItsItems(string key, string id, bool covered) =>
        Assert.That(IsCovered(Enter(Issue(Permission(partitionKey: Key("t1", "u1")))).Value, key, id), Is.EqualTo(covered));

    [TestCase("t1 u1", true)]
    [TestCase("t1 ", true)]
    [TestCase("t10 u1", false)]
    [TestCase("t1\0 u1", false)]
    [TestCase("t u1", false)]
    [TestCase("x t1", false)]
    public void CheckItem_PrefixOfAPartitionKey_CoversWhatIsBelow(string key, bool covered) =>
        Assert.That(IsCovered(Enter(Issue(Permission(partitionKey: Key("t1")))).Value, key, "1"), Is.EqualTo(covered));

    [TestCase("t1 u1", "1", true)]
    [TestCase("t1 u1", "11", false)]
    [TestCase("t1 u1", "", false)]
    [TestCase("t1 u1", "2", false)]
    [TestCase("t1 u", "11", false)]
    [TestCase("t2 u1", "1", false)]
    public void CheckItem_OneItem_CoversItAlone(string key, string id, bool covered) => Assert.That(
        IsCovered(Enter(Issue(Permission(path: "dbs/d/colls/c/docs/1", partitionKey: Key("t1", "u1")))).Value, key, id), Is.EqualTo(covered));

    [Test]
    public void CheckItem_ValuesOfOtherTypesThatLookAlike_AreNotCovered()
    {
        Principal bearer = Enter(Issue(Permission(partitionKey: Key("1")))).Value;
        PartitionKeyValue[] alike = [PartitionKeyValue.Of(1), PartitionKeyValue.Of(true), PartitionKeyValue.Null, PartitionKeyValue.Undefined, PartitionKeyValue.Of("")];

        foreach (PartitionKeyValue value in alike)
        {
            byte[] key = ItemKey.Encode(new PartitionKey(value, PartitionKeyValue.Of("u")), "1");
            Assert.That(PermissionChecker.CheckItem(bearer, key)?.Code, Is.EqualTo(ErrorCode.Forbidden), value.ToString());
        }
    }

    [Test]
    public void Narrow_OfEveryWish_GivesThePartOrRefuses()
    {
        Principal prefix = Enter(Issue(Permission(partitionKey: Key("t1")))).Value;
        Principal item = Enter(Issue(Permission(path: "dbs/d/colls/c/docs/1", partitionKey: Key("t1", "u1"), id: 8))).Value;
        Principal whole = Enter(Issue(Permission(id: 9))).Value;

        using (Assert.EnterMultipleScope())
        {
            Assert.That(PermissionChecker.Narrow(prefix, default).Value, Is.EqualTo(Key("t1")), "everything becomes what is seen");
            Assert.That(PermissionChecker.Narrow(prefix, Key("t1")).Value, Is.EqualTo(Key("t1")));
            Assert.That(PermissionChecker.Narrow(prefix, Key("t1", "u1")).Value, Is.EqualTo(Key("t1", "u1")));
            Assert.That(PermissionChecker.Narrow(prefix, Key("t2")).Error?.Code, Is.EqualTo(ErrorCode.Forbidden));
            Assert.That(PermissionChecker.Narrow(item, Key("t1", "u1")).Error?.Code, Is.EqualTo(ErrorCode.Forbidden));
            Assert.That(PermissionChecker.Narrow(item, default).Error?.Code, Is.EqualTo(ErrorCode.Forbidden));
            Assert.That(PermissionChecker.Narrow(whole, default).Value, Is.EqualTo(default(PartitionKey)));
            Assert.That(PermissionChecker.Narrow(PrincipalOf(AccountKeyKind.PrimaryReadOnly), Key("t2")).Value, Is.EqualTo(Key("t2")));
        }
    }

    private static bool IsCovered(Principal bearer, string key, string id) =>
        PermissionChecker.CheckItem(bearer, ItemKey.Encode(Key(key.Split(' ')), id)) is null;

    private static ErrorCode Check(Principal bearer, ResourceKind resource, AccessMode mode, ResourceScope scope) =>
        PermissionChecker.Check(bearer, new AccessAction(resource, mode, Callers.Tokens), scope)?.Code ?? ErrorCode.None;

    private Principal Bearer(PermissionMode mode) => Enter(Issue(Permission(mode))).Value;
}
