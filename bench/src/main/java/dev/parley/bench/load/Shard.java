package dev.parley.bench.load;

import dev.parley.bench.measure.Latencies;
import dev.parley.bench.measure.Tally;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What one process measured and found, or several together. Immutable; goes from process to
/// process as JSON.
///
/// @param seconds how long was measured
/// @param tally what was counted meanwhile
/// @param histograms what [Latencies#encoded] makes
/// @param cpuSeconds processor time of the generator meanwhile
/// @param caughtUp entries that slow readers took only after the measuring
/// @param subscriptions streams times rooms that were checked
/// @param checked messages that were checked, from the beginning to the end
/// @param violations broken promises
/// @param violation the first of them; null: none
/// @param refusals requests that the server refused
/// @param refusal the first of them; null: none
/// @param digests by room what [dev.parley.bench.check.RoomLedger#digests] makes
public record Shard(
    double seconds,
    Tally tally,
    Map<String, String> histograms,
    double cpuSeconds,
    long caughtUp,
    long subscriptions,
    long checked,
    long violations,
    @Nullable String violation,
    long refusals,
    @Nullable String refusal,
    Map<String, Map<String, Long>> digests) {
  /// All of them as one. That processes found different things in one place of a room is a
  /// violation, too.
  public static Shard merge(List<Shard> shards) {
    Latencies latencies = new Latencies();
    shards.forEach(shard -> latencies.add(Latencies.decode(shard.histograms)));
    Map<String, Map<String, Long>> digests = new TreeMap<>();
    String different = null;
    long differences = 0;
    for (Shard shard : shards) {
      for (Map.Entry<String, Map<String, Long>> room : shard.digests.entrySet()) {
        Map<String, Long> known = digests.computeIfAbsent(room.getKey(), _ -> new TreeMap<>());
        for (Map.Entry<String, Long> part : room.getValue().entrySet()) {
          Long before = known.putIfAbsent(part.getKey(), part.getValue());
          if (before != null && !before.equals(part.getValue())) {
            differences++;
            different =
                "%s: two processes got different messages among sequences %s"
                    .formatted(room.getKey(), part.getKey());
          }
        }
      }
    }
    String first =
        shards.stream().map(Shard::violation).filter(v -> v != null).findFirst().orElse(null);
    return new Shard(
        shards.stream().mapToDouble(Shard::seconds).max().orElse(0),
        shards.stream().map(Shard::tally).reduce(Tally.ZERO, Tally::plus),
        latencies.encoded(),
        shards.stream().mapToDouble(Shard::cpuSeconds).sum(),
        shards.stream().mapToLong(Shard::caughtUp).sum(),
        shards.stream().mapToLong(Shard::subscriptions).sum(),
        shards.stream().mapToLong(Shard::checked).sum(),
        differences + shards.stream().mapToLong(Shard::violations).sum(),
        first != null ? first : different,
        shards.stream().mapToLong(Shard::refusals).sum(),
        shards.stream().map(Shard::refusal).filter(r -> r != null).findFirst().orElse(null),
        digests);
  }
}
