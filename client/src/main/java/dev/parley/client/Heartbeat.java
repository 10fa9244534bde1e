package dev.parley.client;

import java.time.Duration;

/// Decides when to ping the server and when to give it up. Pure.
///
/// The server pings a silent client after its interval, so whoever hears nothing for longer than
/// that is not heard either. A client that does not read for the moment cannot know: it only shows
/// that it lives, because the server's pings and its own answers wait behind the events.
///
/// @param intervalNanos the server's ping interval
record Heartbeat(long intervalNanos) {

  /// What the protocol's servers use; for one that does not say.
  static final Duration DEFAULT_INTERVAL = Duration.ofSeconds(25);

  private static final long ASK_AFTER_NANOS = Duration.ofSeconds(5).toNanos();
  private static final long GIVE_UP_AFTER_NANOS = Duration.ofSeconds(15).toNanos();

  enum Action {
    WAIT,
    PING,
    GIVE_UP
  }

  static Heartbeat of(Duration interval) {
    return new Heartbeat((interval.isPositive() ? interval : DEFAULT_INTERVAL).toNanos());
  }

  /// How long until the next decision.
  long tickNanos() {
    return Math.min(ASK_AFTER_NANOS, intervalNanos);
  }

  /// What to do now.
  ///
  /// @param silentNanos since something came from the server
  /// @param quietNanos since something was sent to it
  /// @param reading whether what comes is read
  Action decide(long silentNanos, long quietNanos, boolean reading) {
    if (!reading) {
      return quietNanos >= intervalNanos / 2 ? Action.PING : Action.WAIT;
    }
    if (silentNanos >= intervalNanos + GIVE_UP_AFTER_NANOS) {
      return Action.GIVE_UP;
    }
    boolean unasked = quietNanos >= ASK_AFTER_NANOS;
    return silentNanos >= intervalNanos + ASK_AFTER_NANOS && unasked ? Action.PING : Action.WAIT;
  }
}
