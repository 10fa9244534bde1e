package dev.parley.bench.load;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;

/// Everything that a run is to do. Immutable, and the same in all of its processes but for
/// `process`.
///
/// @param workload what the clients do
/// @param protocol the protocol that is spoken
/// @param server where the server listens
/// @param run name of the run, in all ids that it makes
/// @param rooms ids of the rooms
/// @param members subscriptions in each room
/// @param streamsPerConnection streams on each connection
/// @param sendersPerRoom streams that send to each room
/// @param rate messages a second in all; 0: as fast as the window allows
/// @param inFlight messages that each sender has under way, where there is no rate
/// @param textBytes length of each message's text
/// @param slowPercent readers that are slow, in percent, where the workload has such
/// @param warmupSeconds load before the measuring
/// @param seconds load that is measured
/// @param patience how long nothing may arrive in the end before what is missing counts as lost
/// @param threads event loops of this process
/// @param process number of this process, from 0
/// @param processes how many share the load
public record Plan(
    Workload workload,
    Protocol protocol,
    InetSocketAddress server,
    String run,
    List<String> rooms,
    int members,
    int streamsPerConnection,
    int sendersPerRoom,
    double rate,
    int inFlight,
    int textBytes,
    int slowPercent,
    double warmupSeconds,
    double seconds,
    Duration patience,
    int threads,
    int process,
    int processes) {
  /// Streams that listen, in all processes.
  public int streams() {
    return workload == Workload.MIXED
        ? Math.max(2, rooms.size() * members / Crowd.ROOMS_PER_USER)
        : rooms.size() * members;
  }

  /// Connections of those.
  public int connections() {
    return Math.ceilDiv(streams(), streamsPerConnection);
  }

  /// Streams that send, in all processes.
  public int senders() {
    return rooms.size() * sendersPerRoom;
  }

  /// Connections of those. Where a lane has many, some share one.
  public int senderConnections() {
    int lanes = threads * processes;
    return IntStream.range(0, Math.min(lanes, senders()))
        .map(lane -> Math.ceilDiv(senders() - lane, lanes))
        .map(onLane -> Math.min(onLane, Lane.MAX_SENDER_CONNECTIONS))
        .sum();
  }

  /// Whether a part of the whole, counted from 0, is for this process.
  boolean isMine(int part) {
    return part % processes == process;
  }

  /// Messages a second of each sender.
  double ratePerSender() {
    return rate / senders();
  }
}
