package dev.parley.system;

import dev.parley.chat.v1.ChatEvent;
import dev.parley.client.ChatListener;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// One subscriber's view over all connections: each entry once, in order, without a gap. Called by
/// one thread at a time.
final class Watcher implements ChatListener {
  private final String name;
  private final Ledger ledger;
  private final boolean echo;
  private final Map<String, Long> cursors = new ConcurrentHashMap<>();

  /// @param echo whether it is shown its own messages too; if not, they are missing
  Watcher(String name, Ledger ledger, boolean echo) {
    this.name = name;
    this.ledger = ledger;
    this.echo = echo;
  }

  @Override
  public void onEvent(ChatEvent event) {
    if (event.hasRoomJoined()) {
      if (event.getRoomJoined().getReset()) {
        ledger.contradiction("%s was told to forget: %s".formatted(name, event));
      }
      cursors.putIfAbsent(
          event.getRoomJoined().getRoom().getId(), event.getRoomJoined().getAfterSequence());
    } else if (event.getSequence() > 0) {
      String room = Entries.room(event);
      long before = cursors.getOrDefault(room, 0L);
      boolean next = echo ? event.getSequence() == before + 1 : event.getSequence() > before;
      if (!next) {
        ledger.contradiction(
            "%s was shown %d of %s after %d".formatted(name, event.getSequence(), room, before));
      }
      cursors.put(room, event.getSequence());
      ledger.shown(name, event);
    }
  }

  /// Where it is in each room.
  Map<String, Long> cursors() {
    return Map.copyOf(cursors);
  }

  String name() {
    return name;
  }

  boolean echo() {
    return echo;
  }
}
