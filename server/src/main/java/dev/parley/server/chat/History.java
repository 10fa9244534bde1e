package dev.parley.server.chat;

import dev.parley.chat.v1.ChatMessage;
import dev.parley.chat.v1.GetHistoryRequest;
import dev.parley.core.access.Caller;
import dev.parley.core.error.Reason;
import dev.parley.core.error.Refusal;
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
import org.jspecify.annotations.Nullable;

/// `GetHistory`: a page of a room's messages, oldest first, read and sent as fast as the client
/// takes them. A call that nobody reads from holds one chunk.
///
/// One call at work: chunks are read on another thread, and sent from there and from the call's
/// event loop, guarded by this object's lock.
final class History {
  private static final int DEFAULT_LIMIT = 50;
  private static final int MAX_CHUNK_ENTRIES = 128;
  private static final int MAX_CHUNK_BYTES = 128 << 10;

  private final ServerCallStreamObserver<ChatMessage> observer;
  private final Reads reads;
  private final TopicId topic;
  private final @Nullable String parent;
  private final boolean classic;
  private final ArrayDeque<Entry> chunk = new ArrayDeque<>();
  private long after;
  private long before;
  private int left;
  private boolean reading = true;
  private boolean done;

  private History(
      ServerCallStreamObserver<ChatMessage> observer,
      Reads reads,
      GetHistoryRequest request,
      int limit,
      boolean classic) {
    this.observer = observer;
    this.reads = reads;
    this.topic = RoomRules.topic(request.getRoomId());
    this.parent = request.getThreadId().isEmpty() ? null : request.getThreadId();
    this.classic = classic;
    this.left = limit;
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
    History history = new History(observer, reads, request, limit, classic);
    observer.setOnReadyHandler(history::pump);
    observer.setOnCancelHandler(history::end);
    reads.read(
        reader -> history.locate(reader, caller, request),
        history::begin,
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

  /// Where the page is, or why there is none.
  private sealed interface Place {
    /// Between two sequences, neither included.
    record Between(long after, long before) implements Place {}

    record Refused(RefusedException refused) implements Place {}
  }

  private Place locate(JournalReader reader, Caller caller, GetHistoryRequest request)
      throws JournalException {
    try {
      if (classic && reader.topic(topic, caller.id()) == null) {
        return new Place.Between(0, 0);
      }
      Rooms.visible(reader, caller, request.getRoomId());
      if (!request.getAfterMessageId().isEmpty()) {
        return new Place.Between(
            sequence(reader, topic, request.getAfterMessageId()), Long.MAX_VALUE);
      }
      if (request.hasAfterSequence()) {
        return new Place.Between(request.getAfterSequence(), Long.MAX_VALUE);
      }
      long end = Long.MAX_VALUE;
      if (!request.getBeforeMessageId().isEmpty()) {
        end = sequence(reader, topic, request.getBeforeMessageId());
      } else if (request.getBeforeSequence() > 0) {
        end = request.getBeforeSequence();
      }
      long oldest =
          classic ? oldestWithContent(reader, end) : reader.oldestOf(left, topic, end, parent);
      return oldest == 0 ? new Place.Between(0, 0) : new Place.Between(oldest - 1, end);
    } catch (RefusedException e) {
      return new Place.Refused(e);
    }
  }

  /// As [JournalReader#oldestOf], not counting what was deleted: classic clients crash on a message
  /// without content, and take a page that is empty for the beginning of the history.
  private long oldestWithContent(JournalReader reader, long end) throws JournalException {
    long oldest = 0;
    long to = end;
    int missing = left;
    while (missing > 0) {
      long from = reader.oldestOf(missing, topic, to, null);
      if (from == 0) {
        break;
      }
      long last = from - 1;
      for (List<Entry> next = chunk(reader, last, to); !next.isEmpty(); ) {
        missing -= (int) next.stream().filter(RoomCodec::hasContent).count();
        last = next.getLast().sequence();
        next = chunk(reader, last, to);
      }
      oldest = from;
      to = from;
    }
    return oldest;
  }

  private List<Entry> chunk(JournalReader reader, long from, long to) throws JournalException {
    return reader.page(topic, from, to, parent, MAX_CHUNK_ENTRIES, MAX_CHUNK_BYTES);
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

  private void begin(Place place) {
    switch (place) {
      case Place.Refused refused -> fail(refused.refused().refusal());
      case Place.Between(long from, long to) -> {
        synchronized (this) {
          after = from;
          before = to;
          reading = false;
        }
        pump();
      }
    }
  }

  private synchronized void pump() {
    while (!done && left > 0 && !chunk.isEmpty() && observer.isReady()) {
      Entry entry = chunk.remove();
      if (!classic || RoomCodec.hasContent(entry)) {
        observer.onNext(Rooms.message(entry));
        left--;
      }
    }
    if (done || reading || (left > 0 && !chunk.isEmpty())) {
      return;
    }
    if (left == 0 || after + 1 >= before) {
      done = true;
      observer.onCompleted();
    } else if (observer.isReady()) {
      reading = true;
      long from = after;
      long to = before;
      reads.read(reader -> chunk(reader, from, to), this::take, this::fail);
    }
  }

  private void take(List<Entry> entries) {
    synchronized (this) {
      reading = false;
      if (entries.isEmpty()) {
        before = 0;
      } else {
        after = entries.getLast().sequence();
        chunk.addAll(entries);
      }
    }
    pump();
  }

  private synchronized void fail(Refusal refusal) {
    if (!done) {
      done = true;
      Replies.refuse(observer, refusal);
    }
  }

  private synchronized void end() {
    done = true;
    chunk.clear();
  }
}
