package dev.parley.bench.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.parley.bench.measure.Quantiles;
import dev.parley.bench.measure.Tally;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The result of a run, in the shape of its JSON. What was not measured is absent. Immutable.
///
/// @param workload name of the workload
/// @param protocol name of the protocol
/// @param load what the load was made of
/// @param seconds how long was measured
/// @param unsent messages that were due at the rate, and that were not sent meanwhile: the times do
///     not know of them
/// @param interrupted whether it was cut short
/// @param counts what was counted meanwhile
/// @param caughtUp messages that slow readers took only after the measuring, each of them counted
/// @param perSecond rates
/// @param latencyMillis times by kind, in milliseconds
/// @param server what the server used; absent if it is elsewhere
/// @param generatorCpuSeconds processor time of the load generator itself
/// @param generatorBound whether that is nearly all that it could have: then it is measured, and
///     not the server
/// @param compared what the same work cost others, by name
/// @param check whether everybody got everything
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Report(
    String workload,
    String protocol,
    Load load,
    double seconds,
    long unsent,
    boolean interrupted,
    Tally counts,
    long caughtUp,
    PerSecond perSecond,
    Map<String, Quantiles> latencyMillis,
    @Nullable Server server,
    double generatorCpuSeconds,
    boolean generatorBound,
    Map<String, Comparison> compared,
    Check check) {
  /// What the load was made of.
  ///
  /// @param rooms rooms
  /// @param streams streams that listen
  /// @param connections connections of those
  /// @param senders streams that send
  /// @param rate messages a second that were to be sent; 0: as many as the window allowed
  /// @param inFlight messages that each sender had under way; 0: a rate was given
  /// @param textBytes length of each message's text
  /// @param processes processes that made the load
  /// @param durability of a server of our own; absent: of another's
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Load(
      int rooms,
      int streams,
      int connections,
      int senders,
      double rate,
      int inFlight,
      int textBytes,
      int processes,
      @Nullable String durability) {}

  /// Rates.
  ///
  /// @param sends messages acknowledged a second
  /// @param deliveries messages that reached a subscriber, a second
  /// @param resumes streams that came back and caught up, a second
  public record PerSecond(double sends, double deliveries, double resumes) {}

  /// What the server used.
  ///
  /// @param pid its process
  /// @param cpuSeconds processor time while measuring
  /// @param cpuSecondsPerMillionDeliveries the same for a million deliveries; 0: there were none
  /// @param cpuSecondsPerMillionSends the same for a million acknowledged messages; 0: there were
  ///     none
  /// @param rssBytesBefore memory before the first connection
  /// @param rssBytesConnected memory when all were connected
  /// @param rssBytes memory at the end of the measuring
  /// @param rssPeakBytes the most that it ever had
  /// @param rssBytesPerConnection what each connection added, all connected and nothing sent
  /// @param rssBytesPerConnectionAtEnd what each has added at the end of the measuring
  public record Server(
      long pid,
      double cpuSeconds,
      double cpuSecondsPerMillionDeliveries,
      double cpuSecondsPerMillionSends,
      long rssBytesBefore,
      long rssBytesConnected,
      long rssBytes,
      long rssPeakBytes,
      long rssBytesPerConnection,
      long rssBytesPerConnectionAtEnd) {}

  /// Somebody else doing the same work.
  ///
  /// @param what in words
  /// @param deliveries messages delivered
  /// @param deliveriesPerSecond the same, a second
  /// @param cpuSecondsPerMillionDeliveries processor time of the one who delivers, for a million
  /// @param times how many times as much Parley's server took; 0: unknown, or one of the two took
  ///     too little to tell
  public record Comparison(
      String what,
      long deliveries,
      double deliveriesPerSecond,
      double cpuSecondsPerMillionDeliveries,
      @JsonInclude(JsonInclude.Include.NON_DEFAULT) double times) {}

  /// Whether everybody got everything.
  ///
  /// @param passed whether no promise was broken
  /// @param subscriptions streams times rooms that were checked
  /// @param messages deliveries that were checked, from the first to the last
  /// @param violations broken promises
  /// @param first the first of them, in words
  /// @param refusals requests that the server refused
  /// @param firstRefusal the first of them, in words
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Check(
      boolean passed,
      long subscriptions,
      long messages,
      long violations,
      @Nullable String first,
      long refusals,
      @Nullable String firstRefusal) {}
}
