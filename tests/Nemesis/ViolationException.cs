namespace Nacre.Nemesis.Tests;

/// <summary>The cluster broke a promise.</summary>
internal sealed class ViolationException(string message) : Exception(message);
