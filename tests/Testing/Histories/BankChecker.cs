using System.Globalization;

namespace Nacre.Testing.Histories;

/// <summary>Holds snapshots of a bank to its one law: transfers move money, and make or lose none.</summary>
public static class BankChecker
{
    /// <summary>Checks what readers saw.</summary>
    /// <param name="snapshots">Each with all accounts' balances.</param>
    /// <param name="accounts">How many there are.</param>
    /// <param name="total">What they have together.</param>
    public static Verdict Check(IEnumerable<IReadOnlyList<long>> snapshots, int accounts, long total)
    {
        ArgumentNullException.ThrowIfNull(snapshots);
        int number = 0;
        foreach (IReadOnlyList<long> balances in snapshots)
        {
            if (balances.Count != accounts || balances.Any(balance => balance < 0) || balances.Sum() != total)
            {
                string text = string.Join(", ", balances.Select(balance => balance.ToString(CultureInfo.InvariantCulture)));
                return Verdict.Broken(string.Create(
                    CultureInfo.InvariantCulture, $"snapshot {number} is {text}: not {accounts} accounts with {total} together, none below 0"));
            }

            number++;
        }

        return Verdict.Holds;
    }
}
