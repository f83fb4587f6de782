namespace Nacre.Testing;

/// <summary>This machine has not what a fault takes: a program, or the right to use it.</summary>
/// <param name="message">What is missing.</param>
public sealed class FaultUnavailableException(string message) : Exception(message);
