using Nacre.Core.Ids;
using Nacre.Server.Routing;

namespace Nacre.Server.Consistency;

/// <summary>How far a session has seen one range. The default value is none.</summary>
/// <param name="Container">The incarnation.</param>
/// <param name="Range">The range; null for none.</param>
/// <param name="Lsn">The last write of the range that the session wrote or saw.</param>
internal readonly record struct SessionMark(ContainerId Container, RangeRoute? Range, Lsn Lsn);
