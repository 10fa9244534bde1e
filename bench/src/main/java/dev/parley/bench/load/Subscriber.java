package dev.parley.bench.load;

import dev.parley.bench.measure.Latency;
import dev.parley.bench.wire.Bytes;
import dev.parley.bench.wire.Signal;
import dev.parley.chat.v1.ChatEvent;
import dev.parley.chat.v1.RoomJoinedEvent;
import dev.parley.chat.v1.RoomPosition;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A user who listens, on one stream at a time, in one room or several. Owned by its lane.
///
/// What it has seen outlives its streams: when it comes back, it goes on from there, and checks
/// that the server does so too.
final class Subscriber implements ChatCall.Owner {
  final String user;
  final List<Seat> seats;
  private final Lane lane;
  private final Protocol protocol;
  private final Verdict verdict;
  private final boolean timed;
  private @Nullable ChatCall call;
  private Runnable whenIn = () -> {};
  private int missing;
  private long openedNanos;
  private boolean wasIn;
  private long epoch;

  /// @param timed whether the age of what arrives is measured; not of those who read slowly
  Subscriber(
      Lane lane,
      Protocol protocol,
      String user,
      List<RoomTraffic> rooms,
      Verdict verdict,
      boolean timed) {
    this.lane = lane;
    this.protocol = protocol;
    this.user = user;
    this.verdict = verdict;
    this.timed = timed;
    seats = rooms.stream().map(room -> new Seat(room, user)).toList();
    rooms.forEach(room -> room.readers.incrementAndGet());
  }

  /// Opens a stream, from where the last one ended.
  ///
  /// @param in run when everything has come that was there before
  void open(ManagedChannel channel, Runnable in) {
    openedNanos = System.nanoTime();
    whenIn = in;
    missing = seats.size();
    seats.forEach(seat -> seat.caughtUp = false);
    boolean nativeRooms = protocol == Protocol.NATIVE;
    byte[] first = nativeRooms ? Hellos.open(user, positions()) : Hellos.introduce(user);
    call = new ChatCall(lane, channel, this, first, timed ? ChatCall.CREDIT : 1);
    if (!nativeRooms) {
      seats.forEach(seat -> join(channel, seat));
    }
  }

  private List<RoomPosition> positions() {
    List<RoomPosition> positions = new ArrayList<>();
    for (Seat seat : seats) {
      RoomPosition.Builder position = RoomPosition.newBuilder().setRoomId(seat.room.id);
      if (seat.reader.last() >= 0) {
        position.setSequence(seat.reader.last()).setEpoch(epoch);
      }
      positions.add(position.build());
    }
    return positions;
  }

  private void join(ManagedChannel channel, Seat seat) {
    RoomCalls.join(
        channel,
        protocol,
        user,
        seat.room.id,
        refusal ->
            lane.execute(
                () -> {
                  if (refusal == null) {
                    caughtUp(seat);
                  } else {
                    verdict
                        .violations()
                        .add("%s cannot join %s: %s".formatted(user, seat.room.id, refusal));
                  }
                }));
  }

  Lane lane() {
    return lane;
  }

  /// Changes how the stream is read, if there is one.
  void reading(Consumer<ChatCall> change) {
    ChatCall open = call;
    if (open != null) {
      change.accept(open);
    }
  }

  /// Says that the user types in a room.
  void type(int seat) {
    Seat where = seats.get(seat);
    if (where.caughtUp) {
      reading(open -> open.send(Hellos.typing(where.room.id)));
    }
  }

  /// Says that the user has read all that has come in a room.
  void haveRead(int seat) {
    Seat where = seats.get(seat);
    if (where.caughtUp) {
      reading(open -> open.send(Hellos.read(where.room.id, where.reader.last())));
    }
  }

  /// Ends the stream, as a broken connection does.
  void end() {
    reading(ChatCall::end);
  }

  @Override
  public void message(long room, long sequence, long hash, long sentNanos) {
    Seat seat = seat(room);
    if (seat == null) {
      verdict.violations().add(user + " got a message of a room that it is not in");
      return;
    }
    seat.arrived++;
    if (protocol == Protocol.NATIVE) {
      seat.reader.read(sequence, hash);
    } else {
      seat.reader.readNext(hash);
    }
    if (timed && sentNanos >= 0 && seat.caughtUp) {
      lane.latencies.record(Latency.DELIVERY, lane.frameNanos - sentNanos);
    }
  }

  @Override
  public void ack(long id, long sequence, boolean duplicate, long sentNanos) {}

  @Override
  public void signal(Signal signal) {
    switch (signal) {
      case TYPING -> lane.counts.typing.increment();
      case RECEIPT -> lane.counts.receipts.increment();
      case PRESENCE -> lane.counts.presence.increment();
    }
  }

  @Override
  public void other(ChatEvent event) {
    switch (event.getEventCase()) {
      case ROOM_JOINED -> joined(event.getRoomJoined());
      case CAUGHT_UP -> {
        Seat seat = seat(Bytes.hash(event.getCaughtUp().getRoomId()));
        if (seat != null) {
          caughtUp(seat);
        }
      }
      case PING -> reading(open -> open.send(Hellos.pong(event.getPing())));
      case ERROR -> {
        lane.counts.refused.increment();
        verdict.refusals().add("%s was refused: %s".formatted(user, Words.of(event.getError())));
      }
      case ROOM_CLOSED ->
          verdict
              .violations()
              .add(
                  "%s was put out of %s: %s"
                      .formatted(
                          user,
                          event.getRoomClosed().getRoomId(),
                          event.getRoomClosed().getReason()));
      default -> journaled(event);
    }
  }

  /// Entries that are no messages take their places too.
  private void journaled(ChatEvent event) {
    if (event.getSequence() > 0 && protocol == Protocol.NATIVE) {
      Seat seat = seat(Bytes.hash(Words.room(event)));
      if (seat != null) {
        byte[] bytes = event.toByteArray();
        seat.reader.read(event.getSequence(), Bytes.hash(bytes, 0, bytes.length));
      }
    }
  }

  private void joined(RoomJoinedEvent joined) {
    epoch = joined.getEpoch();
    Seat seat = seat(Bytes.hash(joined.getRoom().getId()));
    if (seat != null) {
      seat.reader.begins(joined.getAfterSequence());
    }
  }

  private void caughtUp(Seat seat) {
    if (seat.caughtUp) {
      return;
    }
    seat.caughtUp = true;
    missing--;
    if (missing == 0) {
      lane.latencies.record(
          wasIn ? Latency.RESUME : Latency.CONNECT, System.nanoTime() - openedNanos);
      if (wasIn) {
        lane.counts.resumes.increment();
      }
      wasIn = true;
      whenIn.run();
    }
  }

  @Override
  public void frameRead() {
    for (Seat seat : seats) {
      if (seat.arrived > 0) {
        lane.counts.deliveries.add(seat.arrived);
        seat.room.delivered(seat.arrived);
        seat.arrived = 0;
      }
    }
  }

  @Override
  public void broken(Status status) {
    verdict.violations().add("the stream of %s ended: %s".formatted(user, Words.of(status)));
  }

  // Few rooms, so looking at each is faster than a table.
  private @Nullable Seat seat(long room) {
    for (Seat seat : seats) {
      if (seat.room.hash == room) {
        return seat;
      }
    }
    return null;
  }
}
