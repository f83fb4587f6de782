using System.Collections.Frozen;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using Nacre.Core;

namespace Nacre.Server.Options;

/// <summary>Which settings there are, what each takes, and what is said of one that is wrong.</summary>
/// <remarks>Thread-safe.</remarks>
internal static class SettingRules
{
    // Invariants:
    // - every property of NodeOptions and of its sections is here under its key: sections and name, parted by ':', in any case.

    private static readonly FrozenDictionary<string, Setting> Settings = SettingsOf(typeof(NodeOptions), "", "")
        .ToFrozenDictionary(setting => setting.Key, StringComparer.OrdinalIgnoreCase);

    /// <summary>Looks at a setting as a source has it, before options are made of it.</summary>
    /// <param name="key">Sections and name, parted by <c>:</c>.</param>
    /// <param name="value">Its text; null for nothing.</param>
    /// <param name="written">The name as the user wrote it.</param>
    /// <returns>What is wrong, a sentence; or null. A value out of range is found by <see cref="FindFaults"/>.</returns>
    public static string? FindFault(string key, string? value, string written)
    {
        if (!Settings.TryGetValue(key, out Setting? setting))
        {
            return IsListEntry(key) ? null : $"{written} names no setting.";
        }

        Type type = setting.Property.PropertyType;
        if (IsSection(type))
        {
            return string.IsNullOrEmpty(value) ? null : $"{written} is a section: name one of its settings.";
        }

        if (IsList(type))
        {
            return string.IsNullOrEmpty(value) ? null : $"{written} is a list: [\"…\"] in a file; in the environment a variable an entry, ending __0, __1 and so on.";
        }

        return value is null || IsOf(type, value) ? null
            : RulesOf(setting.Property).FirstOrDefault()?.FormatErrorMessage(setting.Name)
                ?? $"{setting.Name}: {(type == typeof(bool) ? "true or false" : "a whole number")}.";
    }

    /// <summary>Holds options to the ranges that their properties state.</summary>
    /// <param name="section">The options, or a section of them.</param>
    /// <returns>What is wrong, a sentence each, naming the setting.</returns>
    public static IEnumerable<string> FindFaults(object section) =>
        from property in section.GetType().GetProperties()
        let value = property.GetValue(section)
        from fault in IsSection(property.PropertyType)
            ? FindFaults(value!)
            : RulesOf(property).Where(rule => !rule.IsValid(value)).Select(rule => rule.FormatErrorMessage(property.Name))
        select fault;

    private static IEnumerable<Setting> SettingsOf(Type type, string key, string name) => type.GetProperties().SelectMany(property =>
    {
        var setting = new Setting(key + property.Name, name + JsonNamingPolicy.CamelCase.ConvertName(property.Name), property);
        return IsSection(property.PropertyType)
            ? SettingsOf(property.PropertyType, $"{setting.Key}:", $"{setting.Name}.").Prepend(setting)
            : [setting];
    });

    private static IEnumerable<ValidationAttribute> RulesOf(PropertyInfo property) => property.GetCustomAttributes<ValidationAttribute>();

    private static bool IsSection(Type type) => type.IsClass && type.Namespace == typeof(NodeOptions).Namespace;

    private static bool IsList(Type type) => type == typeof(IReadOnlyList<string>);

    private static bool IsListEntry(string key)
    {
        int end = key.LastIndexOf(':');
        return end > 0
            && Settings.TryGetValue(key[..end], out Setting? setting)
            && IsList(setting.Property.PropertyType)
            && int.TryParse(key.AsSpan(end + 1), NumberStyles.None, CultureInfo.InvariantCulture, out _);
    }

    private static bool IsOf(Type type, string value)
    {
        if (type == typeof(string))
        {
            return true;
        }

        if (type == typeof(bool))
        {
            return bool.TryParse(value, out _);
        }

        if (type == typeof(int))
        {
            return int.TryParse(value, NumberStyles.Integer, CultureInfo.InvariantCulture, out _);
        }

        Invariant.Check(type == typeof(long));
        return long.TryParse(value, NumberStyles.Integer, CultureInfo.InvariantCulture, out _);
    }

    /// <summary>A property by its key, such as <c>Limits:DrainSeconds</c>, and by the name that users know: <c>limits.drainSeconds</c>.</summary>
    private sealed record Setting(string Key, string Name, PropertyInfo Property);
}
