namespace Nacre.Client.Linq;

/// <summary>The function of the query language that a method stands for, argument by argument.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class DialectAttribute(string function) : Attribute
{
    public string Function { get; } = function;
}
