package dev.parley.core.topic;

import dev.parley.core.error.Refusal;
import dev.parley.core.signal.Signal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What rules say to a command.
///
/// @param <E> what is recorded in a topic's journal
public sealed interface Decision<E> {
  /// It is done, once this is committed.
  ///
  /// @param entries what to journal, in order
  /// @param members changes of members, in order
  /// @param signals what to tell those who listen, without a place in the journal
  /// @param evicted users whose streams leave the topic, and why
  /// @param guestsEvicted why the streams of those who are no members leave; null: they stay
  /// @param index whether readers of the topic as a whole must see the new state at once
  /// @param listed whether those who are not members find the topic from now on; null: as before
  /// @param erased whether the topic ends here, with all that was said in it
  record Accepted<E>(
      List<E> entries,
      List<MemberChange> members,
      List<Signal> signals,
      List<Eviction> evicted,
      @Nullable String guestsEvicted,
      boolean index,
      @Nullable Boolean listed,
      boolean erased)
      implements Decision<E> {

    /// Journals entries and no more.
    public static <E> Accepted<E> journal(List<E> entries) {
      return new Accepted<>(entries, List.of(), List.of(), List.of(), null, false, null, false);
    }

    /// Tells something without journaling it.
    public static <E> Accepted<E> tell(List<Signal> signals) {
      return new Accepted<>(List.of(), List.of(), signals, List.of(), null, false, null, false);
    }

    /// Changes nothing.
    public static <E> Accepted<E> nothing() {
      return journal(List.of());
    }

    public Accepted<E> members(List<MemberChange> changes) {
      return new Accepted<>(
          entries, changes, signals, evicted, guestsEvicted, index, listed, erased);
    }

    public Accepted<E> signals(List<Signal> told) {
      return new Accepted<>(entries, members, told, evicted, guestsEvicted, index, listed, erased);
    }

    public Accepted<E> evicting(Eviction eviction) {
      return new Accepted<>(
          entries, members, signals, List.of(eviction), guestsEvicted, index, listed, erased);
    }

    /// Those who listen without being members leave.
    public Accepted<E> evictingGuests(String reason) {
      return new Accepted<>(entries, members, signals, evicted, reason, index, listed, erased);
    }

    /// Readers see the new state at once.
    public Accepted<E> indexed(@Nullable Boolean listedNow) {
      return new Accepted<>(
          entries, members, signals, evicted, guestsEvicted, true, listedNow, erased);
    }

    /// The topic ends.
    public Accepted<E> erasing() {
      return new Accepted<>(entries, members, signals, evicted, guestsEvicted, true, false, true);
    }

    /// Whether anything of it is to be committed.
    boolean stores() {
      return !entries.isEmpty() || !members.isEmpty() || index || listed != null || erased;
    }
  }

  /// It was done before, by a command with the same author and key.
  record Repeated<E>(long sequence, long atMicros) implements Decision<E> {}

  /// It is not done.
  record Refused<E>(Refusal refusal) implements Decision<E> {}

  /// A user whose streams leave the topic.
  ///
  /// @param user whose streams; null: everyone's
  /// @param reason for the client: one of the protocol's words, such as `REMOVED`
  record Eviction(@Nullable String user, String reason) {}
}
