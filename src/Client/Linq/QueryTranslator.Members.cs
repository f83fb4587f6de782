using System.Collections;
using System.Linq.Expressions;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;

namespace Nacre.Client.Linq;

/// <summary>Members and elements that are read, and objects that are made.</summary>
internal sealed partial class QueryTranslator
{
    private Node VisitMember(MemberExpression member)
    {
        string name = member.Member.Name;
        switch (Visit(member.Expression!))
        {
            case ConstantNode constant:
                return new ConstantNode(ClientValue.Read(member, constant.Value), member.Type);
            case ObjectNode @object:
                return @object.Find(name) ?? throw LinqRefusal.Of(member, "the projection before does not set this member. Read one that it sets.");
            case GroupingNode group when name == "Key":
                return group.Key;
            case RowsNode rows when name is "Count" or "Length":
                return Sql.Call("ARRAY_LENGTH", member.Type, Value(rows, member));
            case SqlNode value:
                return MemberOf(value, member);
            default:
                throw LinqRefusal.Of(member, "a group is read through Key and aggregates.");
        }
    }

    private SqlNode MemberOf(SqlNode target, MemberExpression member)
    {
        string name = member.Member.Name;
        Type type = target.Type;
        if (Nullable.GetUnderlyingType(type) is not null && Nullable.GetUnderlyingType(member.Member.DeclaringType!) is not null)
        {
            return name == "HasValue" ? Sql.IsNotNull(target) : target.AsPresent(member.Type);
        }

        type = JsonNames.Bare(type);
        if (type == typeof(string) && name == "Length")
        {
            return Sql.Call("LENGTH", typeof(int), target);
        }

        if (typeof(IEnumerable).IsAssignableFrom(type) && type != typeof(string) && name is "Count" or "Length" or "LongLength")
        {
            return Sql.Call("ARRAY_LENGTH", member.Type, typeof(IDictionary).IsAssignableFrom(type) ? Sql.Call("ObjectToArray", type, target) : target);
        }

        if (JsonNames.IsScalar(type))
        {
            return DatePart(target, type, member);
        }

        JsonPropertyInfo property = PropertyOf(member.Member.DeclaringType!.IsAssignableFrom(type) ? type : member.Member.DeclaringType, member);
        bool mayBeNull = JsonNames.MayBeNull(property);
        string text = property.IsExtensionData ? target.Text : Sql.Wrap(target, Sql.Primary) + JsonNames.Behind(property.Name);
        return new SqlNode(text, Sql.Primary, member.Type)
        {
            IsPath = target.IsPath,
            Property = property,
            MayBeNull = mayBeNull,
            MayBeUndefined = mayBeNull || target.MayBeNull || target.MayBeUndefined,
        };
    }

    private static SqlNode DatePart(SqlNode target, Type type, MemberExpression member)
    {
        string? part = member.Member.Name switch
        {
            "Year" or "Month" or "Day" when type == typeof(DateTime) || type == typeof(DateOnly) => member.Member.Name,
            "Hour" or "Minute" or "Second" or "Millisecond" when type == typeof(DateTime) => member.Member.Name,
            _ => null,
        };
        if (part is not null)
        {
            return Sql.Call("DateTimePart", typeof(int), new SqlNode($"\"{part.ToLowerInvariant()}\"", Sql.Primary, typeof(string)), target);
        }

        throw LinqRefusal.Of(member, type == typeof(DateTimeOffset)
            ? "dates with an offset have no parts in the query language, which knows UTC alone. Keep them as DateTime of kind Utc."
            : "this member of a value is not in its JSON. Compute it in the program.");
    }

    private JsonPropertyInfo PropertyOf(Type type, MemberExpression member)
    {
        JsonTypeInfo contract = names.ContractOf(type);
        return contract.Kind != JsonTypeInfoKind.Object
            ? throw LinqRefusal.Of(member, $"{type.Name} is written by a converter of its own, so that its JSON is not known here. Use QueryFunctions.Member.")
            : names.PropertyOf(type, member.Member.Name)
                ?? throw LinqRefusal.Of(member, "this member is not in the JSON of its type. Use one that is: public, and without [JsonIgnore].");
    }

    /// <summary>An element of an array, or a member of a dictionary.</summary>
    private SqlNode Element(Node target, Expression index, Expression shown)
    {
        if (target is ConstantNode)
        {
            throw LinqRefusal.Of(shown, "a list of the program is not looked up for each item. Use Contains, or a condition with ?:.");
        }

        SqlNode array = Value(target, shown);
        if (array.Type == typeof(string))
        {
            return Sql.Call("SUBSTRING", typeof(char), array, Value(index), new SqlNode("1", Sql.Primary, typeof(int)));
        }

        bool isDictionary = typeof(IDictionary).IsAssignableFrom(array.Type) || index.Type == typeof(string);
        if (isDictionary && index.Type != typeof(string))
        {
            throw LinqRefusal.Of(shown, "keys are strings in JSON. Use a dictionary with strings as keys.");
        }

        bool isJson = array.Type == typeof(JsonElement) || typeof(JsonNode).IsAssignableFrom(array.Type);
        Func<string, string> keyOf = isJson ? static key => key : names.KeyOf;
        string text = index switch
        {
            ConstantExpression { Value: string key } => JsonNames.Behind(keyOf(key)),
            ConstantExpression { Value: int position } => $"[{position.ToString(System.Globalization.CultureInfo.InvariantCulture)}]",
            _ when isDictionary && ClientValue.Is(index) => $"[{Parameter(keyOf((string)ClientValue.Of(index)!), typeof(string), null).Text}]",
            _ => $"[{Value(index).Text}]",
        };
        bool mayBeNull = Nullable.GetUnderlyingType(shown.Type) is not null || isJson;
        return new SqlNode(Sql.Wrap(array, Sql.Primary) + text, Sql.Primary, shown.Type)
        {
            IsPath = array.IsPath,
            MayBeNull = mayBeNull,
            MayBeUndefined = mayBeNull || array.MayBeNull || array.MayBeUndefined,
        };
    }

    private ObjectNode VisitNew(NewExpression @new)
    {
        List<(string, Node)> members = [];
        for (int at = 0; at < @new.Arguments.Count; at++)
        {
            members.Add((@new.Members is { } known ? known[at].Name : MemberOf(@new, at), Visit(@new.Arguments[at])));
        }

        return new ObjectNode(@new.Type, members);
    }

    /// <summary>The member that an argument of a constructor becomes when the row is read.</summary>
    private string MemberOf(NewExpression @new, int at)
    {
        foreach (JsonPropertyInfo property in names.ContractOf(@new.Type).Properties)
        {
            if (property.AssociatedParameter is { } parameter && parameter.Position == at && parameter.Name == @new.Constructor?.GetParameters()[at].Name)
            {
                return property.AttributeProvider is MemberInfo member ? member.Name : parameter.Name;
            }
        }

        throw LinqRefusal.Of(@new, "the serializer does not make this type by this constructor. Use an anonymous type, a record, or members that can be set.");
    }

    private ObjectNode VisitInit(MemberInitExpression init)
    {
        List<(string, Node)> members = [.. VisitNew(init.NewExpression).Members];
        foreach (MemberBinding binding in init.Bindings)
        {
            members.Add(binding is MemberAssignment assignment
                ? (binding.Member.Name, Visit(assignment.Expression))
                : throw LinqRefusal.Of(init, "only members that are assigned a value are translated."));
        }

        return new ObjectNode(init.Type, members);
    }

    /// <summary>The object's text, with the names by which the rows are read.</summary>
    private SqlNode ObjectText(ObjectNode @object, Expression shown)
    {
        if (names.ContractOf(@object.Type).Kind != JsonTypeInfoKind.Object)
        {
            throw LinqRefusal.Of(shown, $"{@object.Type.Name} is read by a converter of its own. Use an anonymous type or a record.");
        }

        IEnumerable<string> members = @object.Members.Select(member =>
        {
            JsonPropertyInfo? property = names.PropertyOf(@object.Type, member.Name);
            return property is null || (property.Set is null && property.AssociatedParameter is null)
                ? throw LinqRefusal.Of(shown, $"the serializer does not set {@object.Type.Name}.{member.Name}. Give it a setter, or leave it out.")
                : $"{JsonNames.Quote(property.Name)}: {Sql.Answer(Value(member.Value, shown)).Text}";
        });
        return new SqlNode($"{{{string.Join(", ", members)}}}", Sql.Primary, @object.Type);
    }
}
