package dev.parley.bench.gateway;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.parley.bench.measure.Quantiles;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The result of a run, in the shape of its JSON; times in milliseconds. Immutable.
///
/// @param load what the load was made of
/// @param interrupted whether it was cut short
/// @param lanes figures by lane
/// @param gone how soon the provider knew that a client had left: by lane, then by how and when
/// @param failures what clients were told when the provider failed: by lane, then by how
/// @param generatorCpuSeconds processor time of the generator and its provider, in all
/// @param check whether everybody got everything
@JsonInclude(JsonInclude.Include.NON_EMPTY)
record GatewayReport(
    Load load,
    boolean interrupted,
    Map<String, Lane> lanes,
    Map<String, Map<String, Gone>> gone,
    Map<String, Map<String, Failure>> failures,
    double generatorCpuSeconds,
    Check check) {
  /// What the load was made of.
  ///
  /// @param streams answers at once
  /// @param deltas pieces of each answer
  /// @param paceMillis time between them
  record Load(int streams, int warmupStreams, int deltas, double paceMillis) {}

  /// One way to the provider.
  ///
  /// @param seconds how long was measured
  /// @param answers answers that ended
  /// @param deltas pieces that came
  /// @param connections of those who ask
  /// @param millis times, by [Times.Kind#key]
  /// @param added what they have more than those of the direct way
  /// @param server what the gateway used; absent: unknown, or none
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  record Lane(
      double seconds,
      long answers,
      long deltas,
      int connections,
      Map<String, Quantiles> millis,
      Map<String, Added> added,
      @Nullable Server server) {}

  /// Quantiles less the same of the direct way.
  ///
  /// @param p50 of half of them
  /// @param p99 of 99 of 100
  record Added(double p50, double p99) {}

  /// What a gateway's process used.
  ///
  /// @param cpuMillisPerThousandDeltas processor time
  /// @param rssBytes memory at the end
  /// @param threads threads at the end
  record Server(double cpuMillisPerThousandDeltas, long rssBytes, int threads) {}

  /// Clients that left.
  ///
  /// @param noticedMillis how soon the provider's connection was closed
  /// @param unnoticed how many times it was not
  record Gone(Quantiles noticedMillis, int unnoticed) {}

  /// A provider that failed.
  ///
  /// @param told the kind of what the client was told
  /// @param words the words
  /// @param deltas how many came before that
  /// @param written how many the provider had written
  record Failure(String told, String words, int deltas, int written) {}

  /// Whether everybody got everything.
  ///
  /// @param passed whether nothing was wrong
  /// @param violations how many things were
  /// @param first the first of them, in words
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Check(boolean passed, long violations, @Nullable String first) {}

  /// Numbers by name, for medians.
  Map<String, Double> figures() {
    Map<String, Double> figures = new LinkedHashMap<>();
    lanes.forEach(
        (name, lane) -> {
          lane.millis()
              .forEach(
                  (kind, q) -> {
                    figures.put(name + "." + kind + ".p50", q.p50());
                    figures.put(name + "." + kind + ".p99", q.p99());
                  });
          lane.added()
              .forEach(
                  (kind, added) -> {
                    figures.put(name + "." + kind + ".added.p50", added.p50());
                    figures.put(name + "." + kind + ".added.p99", added.p99());
                  });
          Server server = lane.server();
          if (server != null) {
            figures.put(name + ".cpuMillisPerThousandDeltas", server.cpuMillisPerThousandDeltas());
            figures.put(name + ".rssMiB", server.rssBytes() / (1024.0 * 1024));
          }
        });
    return figures;
  }
}
