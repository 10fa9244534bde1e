package dev.parley.server.chat;

import dev.parley.chat.v1.ChatMessage;
import dev.parley.chat.v1.SearchMessagesRequest;
import dev.parley.chat.v1.SearchMessagesResponse;
import dev.parley.core.access.Caller;
import dev.parley.core.error.Reason;
import dev.parley.core.error.RefusedException;
import dev.parley.core.limit.Checks;
import dev.parley.core.limit.Limits;
import dev.parley.core.room.RoomRules;
import dev.parley.core.topic.Entry;
import dev.parley.core.topic.JournalException;
import dev.parley.core.topic.JournalReader;
import dev.parley.core.topic.SearchWords;
import dev.parley.core.topic.TopicId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// A search for messages, checked for form.
///
/// @param caller who searches
/// @param words what for
/// @param room where; empty: in all rooms of the caller
/// @param author by whom; null: by anyone
/// @param before only messages before this sequence
/// @param limit most messages wanted
record Search(
    Caller caller,
    SearchWords words,
    String room,
    @Nullable String author,
    long before,
    int limit) {
  private static final int DEFAULT_PAGE = 20;

  static Search of(Caller caller, SearchMessagesRequest request) throws RefusedException {
    Checks.line("query", request.getQuery(), Limits.MAX_QUERY_BYTES);
    Requests.optionalId("room_id", request.getRoomId());
    Requests.optionalId("author_id", request.getAuthorId());
    try {
      return new Search(
          caller,
          SearchWords.parse(request.getQuery()),
          request.getRoomId(),
          request.getAuthorId().isEmpty() ? null : request.getAuthorId(),
          before(request.getPageToken()),
          Checks.page("page_size", request.getPageSize(), DEFAULT_PAGE, Limits.MAX_SEARCH_PAGE));
    } catch (IllegalArgumentException e) {
      throw new RefusedException(Reason.INVALID_REQUEST.because(String.valueOf(e.getMessage())));
    }
  }

  private static long before(String token) {
    try {
      return token.isEmpty() ? Long.MAX_VALUE : Long.parseLong(token);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "page_token: not of this search (expected: the answer's next_page_token)", e);
    }
  }

  SearchMessagesResponse run(JournalReader reader) throws JournalException, RefusedException {
    SearchMessagesResponse.Builder response = SearchMessagesResponse.newBuilder();
    if (!room.isEmpty()) {
      Rooms.visible(reader, caller, room);
      List<Entry> found = reader.search(RoomRules.topic(room), words, author, before, limit);
      List<ChatMessage> fitting = fitting(found.stream().map(Rooms::message).toList());
      response.addAllMessages(fitting);
      if (found.size() == limit || fitting.size() < found.size()) {
        response.setNextPageToken(Long.toString(fitting.getLast().getSequence()));
      }
      return response.build();
    }
    return response.addAllMessages(fitting(everywhere(reader))).build();
  }

  /// The first of some messages, as many as an answer may have: at least one, if there is any.
  private static List<ChatMessage> fitting(List<ChatMessage> messages) {
    long bytes = 0;
    for (int i = 0; i < messages.size(); i++) {
      bytes += messages.get(i).getSerializedSize();
      if (bytes >= Limits.MAX_ANSWER_BYTES) {
        return messages.subList(0, i + 1);
      }
    }
    return messages;
  }

  private List<ChatMessage> everywhere(JournalReader reader) throws JournalException {
    List<ChatMessage> found = new ArrayList<>();
    for (JournalReader.Listing listing :
        reader.topics(RoomRules.KIND, caller.id(), true, "", Limits.MAX_SEARCHED_ROOMS)) {
      TopicId topic = listing.head().topic();
      for (Entry entry : reader.search(topic, words, author, Long.MAX_VALUE, limit)) {
        found.add(Rooms.message(entry));
      }
      if (found.size() > limit) {
        found = newest(found);
      }
    }
    return newest(found);
  }

  private List<ChatMessage> newest(List<ChatMessage> found) {
    return found.stream()
        .sorted(Comparator.comparing(Rooms::saidAt).reversed())
        .limit(limit)
        .collect(Collectors.toCollection(ArrayList::new));
  }
}
