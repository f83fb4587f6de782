namespace Nacre.Client.Linq;

/// <summary>A value of the program, which is no parameter yet: whom it is compared with decides how it is written.</summary>
internal sealed class ConstantNode(object? value, Type type) : Node(type)
{
    public object? Value { get; } = value;
}
