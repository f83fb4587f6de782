using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Nacre.Client.Tests.Fakes;

namespace Nacre.Client.Tests;

[TestFixture]
[NonParallelizable]
public sealed class TelemetryTests
{
    [Test]
    public async Task Operation_Failing_IsTracedAndMeasured()
    {
        await using FakeServer server = await FakeServer.StartAsync();
        await using NacreClient client = server.Client();
        ConcurrentBag<Activity> activities = [];
        ConcurrentBag<string> measured = [];
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == NacreDiagnostics.ActivitySourceName,
            Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activities.Add,
        };
        ActivitySource.AddActivityListener(listener);
        using var meter = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Name == NacreDiagnostics.MeterName)
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        meter.SetMeasurementEventCallback<double>((instrument, _, tags, _) =>
            measured.Add($"{instrument.Name} {instrument.Unit} {tags.ToArray().Single(tag => tag.Key == "error.type").Value}"));
        meter.Start();

        Assert.That(async () => await client.GetContainer("world", "cities").ReadJsonAsync("AD", "a"), Refused.With(NacreErrorCode.NotFound));

        Activity activity = activities.Single(one => one.OperationName == "read_item cities");
        Assert.That(activity.Kind, Is.EqualTo(ActivityKind.Client));
        Assert.That(activity.Status, Is.EqualTo(ActivityStatusCode.Error));
        Assert.That(activity.GetTagItem("db.system.name"), Is.EqualTo("nacre"));
        Assert.That(activity.GetTagItem("db.namespace"), Is.EqualTo("world"));
        Assert.That(activity.GetTagItem("db.collection.name"), Is.EqualTo("cities"));
        Assert.That(activity.GetTagItem("db.response.status_code"), Is.EqualTo("301"));
        Assert.That(activity.GetTagItem("error.type"), Is.EqualTo("NotFound"));
        Assert.That(measured, Does.Contain("db.client.operation.duration s NotFound"));
    }

    [Test]
    public async Task Switch_ToAnotherNode_IsCounted()
    {
        await using FakeServer server = await FakeServer.StartAsync();
        await using var gone = new Relay(server.Endpoint);
        gone.Die();
        ConcurrentBag<string> measured = [];
        using var meter = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Name == "nacre.client.node_switches")
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        meter.SetMeasurementEventCallback<long>((instrument, value, tags, _) => measured.Add($"{value} {instrument.Unit} {tags[0].Value}"));
        meter.Start();
        await using var client = new NacreClient(
            new NacreConnection([gone.Endpoint, server.Endpoint], server.State.Key, server.Authority.PemFile), new NacreClientOptions { DiscoverNodes = false });

        await client.GetAccountAsync();

        Assert.That(measured, Is.EqualTo(new[] { "1 {switch} ConnectionFailed" }));
    }
}
