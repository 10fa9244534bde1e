package dev.parley.cli.replay;

import dev.parley.chat.v1.ChatMessage;
import dev.parley.cli.source.MessageSource;
import dev.parley.cli.source.SourceItem;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Who plays whom: the first authors each have a client of their own; later ones share these.
/// Immutable.
///
/// @param authors those with a client of their own, in order of appearance
/// @param messages how many messages there are to send
record Cast(List<String> authors, int messages) {
  Cast {
    authors = List.copyOf(authors);
  }

  /// Reads a source to its end.
  ///
  /// @param maxClients most authors with a client of their own
  /// @param maxMessages most messages to send
  static Cast of(MessageSource source, int maxClients, int maxMessages) throws IOException {
    Map<String, Integer> places = new LinkedHashMap<>();
    int messages = 0;
    SourceItem item = source.next();
    while (item != null && messages < maxMessages) {
      if (item instanceof SourceItem.Message said) {
        messages++;
        if (places.size() < maxClients) {
          places.putIfAbsent(said.message().getSender().getId(), places.size());
        }
      }
      item = source.next();
    }
    return new Cast(new ArrayList<>(places.keySet()), messages);
  }

  /// Which client plays each author: its place in [#authors].
  Map<String, Integer> places() {
    Map<String, Integer> places = new LinkedHashMap<>();
    authors.forEach(author -> places.put(author, places.size()));
    return places;
  }

  /// Which client says this message.
  static int place(ChatMessage message, Map<String, Integer> places) {
    String author = message.getSender().getId();
    Integer own = places.get(author);
    return own == null ? Math.floorMod(author.hashCode(), places.size()) : own;
  }
}
