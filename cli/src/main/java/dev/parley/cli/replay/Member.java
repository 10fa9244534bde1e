package dev.parley.cli.replay;

import dev.parley.chat.v1.ChatEvent;
import dev.parley.client.ChatListener;
import dev.parley.client.ConnectionState;
import dev.parley.client.ConnectionState.Connected;
import java.util.BitSet;
import java.util.concurrent.atomic.AtomicInteger;

/// What one client of a replay has received. Events come on the client's thread; the counts may be
/// read by any.
final class Member implements ChatListener {
  private final String name;
  private final String room;
  private final MessageNames names;
  private final DeliveryCheck check;
  private final BitSet received = new BitSet();
  private long lastSequence = -1;
  private final AtomicInteger count = new AtomicInteger();
  private final AtomicInteger connections = new AtomicInteger();

  /// @param names tells which messages belong to this replay
  Member(String name, String room, MessageNames names, DeliveryCheck check) {
    this.name = name;
    this.room = room;
    this.names = names;
    this.check = check;
  }

  String name() {
    return name;
  }

  /// Messages of this replay received so far.
  int count() {
    return count.get();
  }

  /// How often it had to connect; 1 is as it should be, more is no violation.
  int connections() {
    return connections.get();
  }

  @Override
  public void onEvent(ChatEvent event) {
    if (event.hasRoomJoined() && event.getRoomJoined().getRoom().getId().equals(room)) {
      joined(event.getRoomJoined().getAfterSequence(), event.getRoomJoined().getReset());
    }
    long sequence = event.getSequence();
    if (sequence == 0) {
      return;
    }
    if (lastSequence >= 0 && sequence != lastSequence + 1) {
      check.violated(
          "%s got sequence %d after %d (expected: %d)"
              .formatted(name, sequence, lastSequence, lastSequence + 1));
    }
    lastSequence = sequence;
    if (event.hasMessage()) {
      message(names.number(event.getMessage().getId()), sequence);
    }
  }

  @Override
  public void onState(ConnectionState state) {
    if (state instanceof Connected) {
      connections.incrementAndGet();
    }
  }

  /// The first message that is missing; -1: none.
  ///
  /// @param sent how many were sent
  synchronized int firstMissing(int sent) {
    int missing = received.nextClearBit(0);
    return missing < sent ? missing : -1;
  }

  private void joined(long afterSequence, boolean reset) {
    if (reset) {
      check.violated(name + " was told to forget the room and begin anew");
    }
    if (lastSequence < 0) {
      lastSequence = afterSequence;
    }
  }

  private synchronized void message(int message, long sequence) {
    if (message < 0) {
      return;
    }
    if (received.get(message)) {
      check.violated("%s got message %d twice".formatted(name, message));
    }
    received.set(message);
    count.incrementAndGet();
    check.heard(message, sequence, name);
  }
}
