using System.Globalization;
using System.Runtime.InteropServices;

namespace Nacre.Testing.Histories;

/// <summary>
/// Searches for one order of all operations that respects real time and that a <see cref="IModel{TState,TInput,TOutput}"/>
/// would have answered in the same way. Where there is none, the system was not linearizable.
/// </summary>
/// <remarks>
/// Depth first, with what was tried remembered by state and set of operations: Wing and Gong, Testing and Verifying
/// Concurrent Objects (1993), with Lowe's memory, Testing for Linearizability (2017). Histories of several objects are
/// checked object by object: linearizability is local (Herlihy and Wing, 1990). Thread-safe.
/// </remarks>
public static class LinearizabilityChecker
{
    /// <summary>Checks a history of one object.</summary>
    /// <param name="model">What the object is.</param>
    /// <param name="history">In any order. Refused operations are left out: they had no effect.</param>
    /// <param name="maxSteps">Gives up after so many steps of the search.</param>
    public static Verdict Check<TState, TInput, TOutput>(
        IModel<TState, TInput, TOutput> model, IEnumerable<Operation<TInput, TOutput>> history, long maxSteps = 50_000_000)
        where TState : IEquatable<TState>
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(history);
        Operation<TInput, TOutput>[] operations = [.. history.Where(operation => operation.Outcome != OperationOutcome.Refused)];
        return new Search<TState, TInput, TOutput>(model, operations).Run(maxSteps);
    }

    private sealed class Search<TState, TInput, TOutput>
        where TState : IEquatable<TState>
    {
        // Invariants:
        // - the list from _head holds, by time, a call and a return for each operation that has no place in the order yet;
        //   an operation with an unknown outcome has a call alone: it may come late, or never.
        // - _placed has the bits of the operations that have a place; _path has them in order, with the state before each.
        private readonly IModel<TState, TInput, TOutput> _model;
        private readonly Operation<TInput, TOutput>[] _operations;
        private readonly Event _head = new(-1, isCall: false);
        private readonly Stack<(Event Call, TState Before)> _path = new();
        private readonly HashSet<(Placed, TState)> _tried = [];
        private readonly ulong[] _placed;
        private int _returns;
        private int _longest = -1;
        private string _obstacle = "";

        public Search(IModel<TState, TInput, TOutput> model, Operation<TInput, TOutput>[] operations)
        {
            _model = model;
            _operations = operations;
            _placed = new ulong[(operations.Length + 63) / 64];
            Event last = _head;
            foreach (Event next in Events())
            {
                last.Next = next;
                next.Previous = last;
                last = next;
            }
        }

        public Verdict Run(long maxSteps)
        {
            TState state = _model.Initial;
            Event? at = _head.Next;
            for (long step = 0; _returns > 0; step++)
            {
                if (step == maxSteps)
                {
                    return new Verdict(VerdictKind.Undecided, $"Given up after {maxSteps} steps.");
                }

                if (at!.IsCall)
                {
                    if (TryPlace(at, state, out TState next))
                    {
                        _path.Push((at, state));
                        state = next;
                        at = _head.Next;
                    }
                    else
                    {
                        at = at.Next;
                    }

                    continue;
                }

                // This operation was over here, and whatever is placed explains no answer of it.
                Note(at, state);
                if (!_path.TryPop(out (Event Call, TState Before) back))
                {
                    return Verdict.Broken(_obstacle);
                }

                state = back.Before;
                Unplace(back.Call);
                at = back.Call.Next;
            }

            return Verdict.Holds;
        }

        private IEnumerable<Event> Events()
        {
            // At equal times calls come before returns: what touches may overlap.
            var events = new List<(long Time, bool IsReturn, Event Event)>();
            for (int i = 0; i < _operations.Length; i++)
            {
                var call = new Event(i, isCall: true);
                events.Add((_operations[i].Called, false, call));
                if (_operations[i].Outcome == OperationOutcome.Answered)
                {
                    call.Return = new Event(i, isCall: false);
                    events.Add((_operations[i].Returned, true, call.Return));
                    _returns++;
                }
            }

            return events.OrderBy(e => e.Time).ThenBy(e => e.IsReturn).Select(e => e.Event);
        }

        private bool TryPlace(Event call, TState state, out TState next)
        {
            Operation<TInput, TOutput> operation = _operations[call.Operation];
            if (operation.Outcome == OperationOutcome.Unknown)
            {
                next = _model.Step(state, operation.Input);
            }
            else if (!_model.TryStep(state, operation.Input, operation.Output!, out next))
            {
                return false;
            }

            Flip(call.Operation);
            if (!_tried.Add((new Placed(_placed), next)))
            {
                Flip(call.Operation);
                return false;
            }

            call.Unlink();
            call.Return?.Unlink();
            _returns -= call.Return is null ? 0 : 1;
            return true;
        }

        private void Unplace(Event call)
        {
            Flip(call.Operation);
            call.Return?.Relink();
            call.Relink();
            _returns += call.Return is null ? 0 : 1;
        }

        private void Flip(int operation) => _placed[operation / 64] ^= 1UL << (operation % 64);

        private void Note(Event stuck, TState state)
        {
            if (_path.Count > _longest)
            {
                _longest = _path.Count;
                Operation<TInput, TOutput> operation = _operations[stuck.Operation];
                _obstacle = string.Create(
                    CultureInfo.InvariantCulture,
                    $"No order explains {operation}: with {_path.Count} of {_operations.Length} operations in order the state is {state}.");
            }
        }
    }

    /// <summary>A call or a return in the list of those that have no place yet.</summary>
    private sealed class Event(int operation, bool isCall)
    {
        public int Operation { get; } = operation;

        public bool IsCall { get; } = isCall;

        public Event? Return { get; set; }

        public Event? Next { get; set; }

        public Event? Previous { get; set; }

        public void Unlink()
        {
            Previous!.Next = Next;
            Next?.Previous = Previous;
        }

        /// <summary>Puts it back where it was; in the reverse order of <see cref="Unlink"/>.</summary>
        public void Relink()
        {
            Previous!.Next = this;
            Next?.Previous = this;
        }
    }

    /// <summary>A set of operations, compared by value.</summary>
    private readonly struct Placed(ulong[] bits) : IEquatable<Placed>
    {
        private readonly ulong[] _bits = [.. bits];

        public bool Equals(Placed other) => _bits.AsSpan().SequenceEqual(other._bits);

        public override bool Equals(object? obj) => obj is Placed other && Equals(other);

        public override int GetHashCode()
        {
            var hash = default(HashCode);
            hash.AddBytes(MemoryMarshal.AsBytes<ulong>(_bits));
            return hash.ToHashCode();
        }
    }
}
