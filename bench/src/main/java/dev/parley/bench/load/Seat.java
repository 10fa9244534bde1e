package dev.parley.bench.load;

import dev.parley.bench.check.RoomReader;

/// One stream's place in one room. Owned by the stream's lane.
final class Seat {
  final RoomTraffic room;
  final RoomReader reader;
  boolean caughtUp;

  /// Messages of the frame that is being read.
  int arrived;

  Seat(RoomTraffic room, String who) {
    this.room = room;
    reader = new RoomReader(room.ledger, who);
  }
}
