package dev.parley.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.v1.ChatEvent;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Everything that a server's rooms hold, as one gets it who has seen nothing yet.
///
/// @param rooms entries of each room, those with sequence 1 first
record Journal(Map<String, List<ChatEvent>> rooms) {

  /// Reads rooms from a running server, up to their ends at that time.
  static Journal read(String address, Collection<String> rooms) {
    Map<String, List<ChatEvent>> entries = new LinkedHashMap<>();
    Map<String, Long> positions = new LinkedHashMap<>();
    for (String room : rooms) {
      entries.put(room, new ArrayList<>());
      positions.put(room, 0L);
    }
    Set<String> open = new HashSet<>(rooms);
    try (RawStream stream = RawStream.open(address, "archivist", positions)) {
      while (!open.isEmpty()) {
        ChatEvent event = stream.next();
        assertThat(event).as("an event before %s are caught up", open).isNotNull();
        assertThat(event.getEventCase())
            .as("%s", event)
            .isNotIn(ChatEvent.EventCase.ERROR, ChatEvent.EventCase.DRAIN);
        if (event.getSequence() > 0) {
          List<ChatEvent> of = entries.get(Entries.room(event));
          assertThat(event.getSequence()).as("%s", event).isEqualTo(of.size() + 1L);
          of.add(event);
        } else if (event.hasCaughtUp()) {
          open.remove(event.getCaughtUp().getRoomId());
          assertThat(entries.get(event.getCaughtUp().getRoomId()))
              .hasSizeGreaterThanOrEqualTo((int) event.getCaughtUp().getSequence());
        }
      }
    }
    return new Journal(entries);
  }

  /// Messages of a room, by id.
  Map<String, ChatEvent> messages(String room) {
    Map<String, ChatEvent> messages = new LinkedHashMap<>();
    for (ChatEvent event : rooms.get(room)) {
      if (event.hasMessage()) {
        assertThat(messages.put(event.getMessage().getId(), event))
            .as("message %s is there once", event.getMessage().getId())
            .isNull();
      }
    }
    return messages;
  }
}
