package dev.parley.bench.session;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The options of `parley bench sessions`. Filled by picocli, then read only.
final class SessionsOptions {
  private static final int MAX_SESSIONS = 10_000;
  private static final int MAX_WATCHERS = 16;
  private static final int MAX_WORDS = 12_000;

  @Option(
      names = "--spawn",
      description = "Measure a server of our own, in another process, with data that is removed.")
  boolean spawn;

  @Option(
      names = "--durability",
      paramLabel = "fsync|os|memory",
      description = "Of the server of our own. Default: fsync.")
  @Nullable String durability;

  @Option(
      names = {"-s", "--server"},
      paramLabel = "HOST:PORT",
      description = "The server, with provider.simulated.pace as --pace tells.")
  @Nullable String server;

  @Option(
      names = "--pid",
      paramLabel = "PID",
      description = "The server's process on this machine, to be measured too.")
  @Nullable Long pid;

  @Option(
      names = "--sessions",
      paramLabel = "N",
      defaultValue = "1000",
      description = "Answers at once. Default: ${DEFAULT-VALUE}.")
  int sessions;

  @Option(
      names = "--watchers",
      paramLabel = "N",
      defaultValue = "2",
      description =
          "Streams that watch each of them, who asks included. Default: ${DEFAULT-VALUE}.")
  int watchers;

  @Option(
      names = "--pace",
      paramLabel = "TIME",
      defaultValue = "20ms",
      description = "Time between two words of the model. Default: ${DEFAULT-VALUE}.")
  Duration pace = Duration.ZERO;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      defaultValue = "10",
      description = "How long to measure. Default: ${DEFAULT-VALUE}.")
  double seconds;

  @Option(
      names = "--warmup",
      paramLabel = "N",
      defaultValue = "5",
      description =
          "How long everything streams before that, in seconds. Default: ${DEFAULT-VALUE}.")
  double warmup;

  @Option(names = "--json", description = "Print the result as one JSON object.")
  boolean json;

  /// Words of each question, which the simulated model repeats: enough to stream until the end of
  /// the measuring.
  int words() {
    return (int) Math.ceil((warmup + seconds + 1) * 1e9 / pace.toNanos());
  }

  /// @throws IllegalArgumentException if something is out of bounds, or contradicts something else
  void check() {
    require(sessions >= 1 && sessions <= MAX_SESSIONS, "--sessions", "1 to " + MAX_SESSIONS);
    require(watchers >= 1 && watchers <= MAX_WATCHERS, "--watchers", "1 to " + MAX_WATCHERS);
    require(
        pace.isPositive() && pace.equals(Duration.ofMillis(pace.toMillis())),
        "--pace",
        "whole milliseconds, 1ms or more");
    require(seconds > 0 && warmup >= 0, "--seconds, --warmup", "seconds to measure");
    require(
        words() <= MAX_WORDS,
        "--seconds, --warmup, --pace",
        "at most %d words of an answer".formatted(MAX_WORDS));
    require(spawn == (server == null), "--spawn, --server", "one of them");
    require(!spawn || pid == null, "--pid", "no --spawn beside it");
    require(spawn || durability == null, "--durability", "--spawn beside it");
  }

  private static void require(boolean holds, String option, String expected) {
    if (!holds) {
      throw new IllegalArgumentException("%s (expected: %s)".formatted(option, expected));
    }
  }
}
