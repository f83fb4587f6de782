using System.Globalization;
using Nacre.Core.Errors;
using Nacre.Replication;
using Nacre.Security;
using Nacre.Security.Authentication;
using Nacre.Security.Certificates;
using Nacre.Server.Administration;
using Nacre.Server.Pipeline;
using Nacre.Server.Telemetry;
using Nacre.Storage;
using Nacre.Storage.Documents;

namespace Nacre.Server.Hosting;

/// <content>The instruments: one meter a project, joined here to what they show and to who wants to see it.</content>
public sealed partial class NacreNode
{
    private readonly ServerMetrics _serverMetrics = new();
    private readonly StorageMetrics _storageMetrics = new();
    private readonly ReplicationMetrics _replicationMetrics = new();

    /// <summary>Lets the instruments show the node, and begins to export them where that is wanted.</summary>
    private Result<MetricsExport?> StartMetrics(
        HmacAuthenticator authenticator, ServerCertificateSource certificates, Admission admission, Reencryption reencryption)
    {
        _parts.Push(new Part(new SecurityMetrics(authenticator, certificates, _ring)));
        _serverMetrics.Observe(admission, () => reencryption.IsRunning, () => _environment.Files.FreeBytes(_folder.Directory));
        _storageMetrics.Observe(_log, [.. DataShards.Select(shard => (Func<DocumentShardStatus>)(() => _stores.Of(shard).Status()))]);
        _replicationMetrics.Observe(() => _slots.Select(slot => slot.Status));

        string version = typeof(NacreNode).Assembly.GetName().Version?.ToString(fieldCount: 3) ?? "0.0.0";
        Result<MetricsExport?> export = MetricsExport.Start(
            _options.Metrics, string.Create(CultureInfo.InvariantCulture, $"{_record.Cluster}/{_record.Node}"), version, _environment.Variable);
        if (export is { IsOk: true, Value: { } started })
        {
            // Ended before what it looks at.
            _parts.Push(new Part(started));
        }

        return export;
    }
}
