package dev.parley.bench.load;

import dev.parley.bench.measure.Tally;
import java.util.Map;

/// Brings the processes of one run together. Called by the thread that runs it.
public interface Referee {
  /// Where all processes wait for each other.
  enum Moment {
    /// Nothing has happened yet.
    BEGIN,
    /// Everybody is connected and in the rooms.
    CONNECTED,
    /// The measuring begins.
    MEASURE,
    /// The measuring has ended.
    STOP,
    /// Everything that was sent has arrived, or will not.
    SETTLED
  }

  /// This process has come to a moment; returns when all have.
  void at(Moment moment);

  /// Where each room ends, as far as this process knows; returns what all know together: the
  /// highest sequence, or where the protocol has none, the number of messages.
  ///
  /// @param mine sequence or number by room
  Map<String, Long> ends(Map<String, Long> mine);

  /// Counted so far, from the beginning; called about once a second.
  void progress(Tally tally);
}
