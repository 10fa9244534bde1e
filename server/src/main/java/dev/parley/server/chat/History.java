package dev.parley.server.chat;

import dev.parley.chat.v1.ChatMessage;
import dev.parley.chat.v1.GetHistoryRequest;
import dev.parley.core.access.Caller;
import dev.parley.core.error.Reason;
import dev.parley.core.error.RefusedException;
import dev.parley.core.limit.Limits;
import dev.parley.core.room.Checks;
import dev.parley.core.room.RoomRules;
import dev.parley.core.topic.Entry;
import dev.parley.core.topic.JournalException;
import dev.parley.core.topic.JournalReader;
import dev.parley.core.topic.Lookup;
import dev.parley.core.topic.TopicId;
import dev.parley.server.delivery.Reads;
import dev.parley.server.rpc.Replies;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.ArrayDeque;
import java.util.List;

/// `GetHistory`: a page of a room's messages, oldest first, sent as fast as the client takes them.
///
/// One call at work: reads are done on another thread, and what was read is sent from there and
/// from the call's event loop, one at a time.
final class History {
  private static final int DEFAULT_LIMIT = 50;

  private final ServerCallStreamObserver<ChatMessage> observer;
  private final ArrayDeque<Entry> unsent = new ArrayDeque<>();
  private boolean read;
  private boolean done;

  private History(ServerCallStreamObserver<ChatMessage> observer) {
    this.observer = observer;
  }

  /// Answers a call.
  ///
  /// @param classic whether deleted messages are left out, and an unknown room is an empty one
  static void answer(
      Reads reads,
      Caller caller,
      GetHistoryRequest request,
      boolean classic,
      ServerCallStreamObserver<ChatMessage> observer)
      throws RefusedException {
    Checks.id("room_id", request.getRoomId());
    int limit = Checks.page("limit", request.getLimit(), DEFAULT_LIMIT, Limits.MAX_PAGE);
    Requests.optionalId("thread_id", request.getThreadId());
    points(request);
    History history = new History(observer);
    observer.setOnReadyHandler(history::pump);
    // what is sent after a cancellation is dropped; without this it would be an exception
    observer.setOnCancelHandler(() -> {});
    reads.read(
        reader -> page(reader, caller, request, limit, classic),
        history::send,
        refusal -> Replies.refuse(observer, refusal));
  }

  private static void points(GetHistoryRequest request) throws RefusedException {
    int points =
        (request.getBeforeMessageId().isEmpty() ? 0 : 1)
            + (request.getAfterMessageId().isEmpty() ? 0 : 1)
            + (request.getBeforeSequence() == 0 ? 0 : 1)
            + (request.hasAfterSequence() ? 1 : 0);
    if (points > 1) {
      throw new RefusedException(
          Reason.INVALID_REQUEST.because(
              "points in the history: %d (expected: at most one of before_message_id,"
                      .formatted(points)
                  + " after_message_id, before_sequence, after_sequence)"));
    }
    if (request.getBeforeSequence() < 0 || request.getAfterSequence() < 0) {
      throw new RefusedException(
          Reason.INVALID_REQUEST.because("sequence: negative (expected: >= 0)"));
    }
  }

  /// What was read, or why not.
  private sealed interface Page {
    record Found(List<Entry> entries) implements Page {}

    record Refused(RefusedException refused) implements Page {}
  }

  private static Page page(
      JournalReader reader, Caller caller, GetHistoryRequest request, int limit, boolean classic)
      throws JournalException {
    TopicId topic = RoomRules.topic(request.getRoomId());
    try {
      if (classic && reader.topic(topic, caller.id()) == null) {
        return new Page.Found(List.of());
      }
      Rooms.visible(reader, caller, request.getRoomId());
      long before = Long.MAX_VALUE;
      long after = 0;
      boolean forwards = false;
      if (!request.getBeforeMessageId().isEmpty()) {
        before = sequence(reader, topic, request.getBeforeMessageId());
      } else if (request.getBeforeSequence() > 0) {
        before = request.getBeforeSequence();
      } else if (!request.getAfterMessageId().isEmpty()) {
        after = sequence(reader, topic, request.getAfterMessageId());
        forwards = true;
      } else if (request.hasAfterSequence()) {
        after = request.getAfterSequence();
        forwards = true;
      }
      String parent = request.getThreadId().isEmpty() ? null : request.getThreadId();
      return new Page.Found(
          classic
              ? withContent(reader, topic, before, limit)
              : reader.page(topic, after, before, !forwards, parent, limit));
    } catch (RefusedException e) {
      return new Page.Refused(e);
    }
  }

  /// The newest messages that were not deleted: classic clients crash on one without content, and
  /// take a page that is empty for the beginning of the history.
  private static List<Entry> withContent(
      JournalReader reader, TopicId topic, long before, int limit) throws JournalException {
    ArrayDeque<Entry> found = new ArrayDeque<>();
    long next = before;
    while (true) {
      List<Entry> page = reader.page(topic, 0, next, true, null, limit);
      for (Entry entry : page.reversed()) {
        if (found.size() < limit && RoomCodec.hasContent(entry)) {
          found.addFirst(entry);
        }
      }
      if (found.size() == limit || page.size() < limit) {
        return List.copyOf(found);
      }
      next = page.getFirst().sequence();
    }
  }

  private static long sequence(JournalReader reader, TopicId topic, String messageId)
      throws JournalException, RefusedException {
    Lookup.ByAnyKey lookup = new Lookup.ByAnyKey(topic, messageId);
    Entry found = reader.find(List.of(lookup)).entries().get(lookup);
    if (found == null) {
      throw new RefusedException(
          Reason.MESSAGE_NOT_FOUND.because(
              "no message \"%s\" in room \"%s\"".formatted(messageId, topic.name())));
    }
    return found.sequence();
  }

  private void send(Page page) {
    switch (page) {
      case Page.Refused refused -> Replies.refuse(observer, refused.refused().refusal());
      case Page.Found found -> {
        synchronized (this) {
          unsent.addAll(found.entries());
          read = true;
        }
        pump();
      }
    }
  }

  private synchronized void pump() {
    while (!done && read && observer.isReady() && !unsent.isEmpty()) {
      observer.onNext(Rooms.message(unsent.remove()));
    }
    if (!done && read && unsent.isEmpty()) {
      done = true;
      observer.onCompleted();
    }
  }
}
