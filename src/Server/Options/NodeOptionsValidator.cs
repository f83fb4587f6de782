using Microsoft.Extensions.Options;

namespace Nacre.Server.Options;

/// <summary>Holds options to the ranges that their properties state.</summary>
[OptionsValidator]
internal sealed partial class NodeOptionsValidator : IValidateOptions<NodeOptions>;
