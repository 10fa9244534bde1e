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
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
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
  private final Duration stallTimeout;
  private final Caller caller;
  private final TopicId topic;
  private final @Nullable String parent;
  private final boolean classic;
  private final ArrayDeque<Entry> chunk = new ArrayDeque<>();
  private long after;
  private long before;
  private int left;
  private boolean reading = true;
  private boolean done;
  private long sent;

  private History(
      ServerCallStreamObserver<ChatMessage> observer,
      ChatContext context,
      Caller caller,
      GetHistoryRequest request,
      int limit,
      boolean classic) {
    this.observer = observer;
    this.reads = context.reads().calls();
    this.stallTimeout = context.limits().stallTimeout();
    this.caller = caller;
    this.topic = RoomRules.topic(request.getRoomId());
    this.parent = request.getThreadId().isEmpty() ? null : request.getThreadId();
    this.classic = classic;
    this.left = limit;
  }

  /// Answers a call.
  ///
  /// @param classic whether deleted messages are left out, and an unknown room is an empty one
  static void answer(
      ChatContext context,
      Caller caller,
      GetHistoryRequest request,
      boolean classic,
      ServerCallStreamObserver<ChatMessage> observer)
      throws RefusedException {
    Checks.id("room_id", request.getRoomId());
    int limit = Checks.page("limit", request.getLimit(), DEFAULT_LIMIT, Limits.MAX_PAGE);
    Requests.optionalId("thread_id", request.getThreadId());
    points(request);
    History history = new History(observer, context, caller, request, limit, classic);
    observer.setOnReadyHandler(history::pump);
    observer.setOnCancelHandler(history::end);
    history.reads.read(reader -> history.locate(reader, request), history::begin, history::fail);
    history.watch();
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

  /// Where the page is: between two sequences, neither included.
  private record Place(long after, long before) {
    static final Place NOWHERE = new Place(0, 0);
  }

  private Place locate(JournalReader reader, GetHistoryRequest request)
      throws JournalException, RefusedException {
    if (classic && !Rooms.sees(reader, caller, topic.name())) {
      return Place.NOWHERE;
    }
    long end = Rooms.visible(reader, caller, topic.name()) + 1;
    if (!request.getAfterMessageId().isEmpty()) {
      return new Place(sequence(reader, topic, request.getAfterMessageId()), end);
    }
    if (request.hasAfterSequence()) {
      return new Place(Math.min(request.getAfterSequence(), end), end);
    }
    if (!request.getBeforeMessageId().isEmpty()) {
      end = sequence(reader, topic, request.getBeforeMessageId());
    } else if (request.getBeforeSequence() > 0) {
      end = Math.min(request.getBeforeSequence(), end);
    }
    long oldest =
        classic ? oldestWithContent(reader, end) : reader.oldestOf(left, topic, end, parent);
    return oldest == 0 ? Place.NOWHERE : new Place(oldest - 1, end);
  }

  /// As [JournalReader#oldestOf], not counting what was deleted: classic clients crash on a message
  /// without content, and take a page that is empty for the beginning of the history.
  private long oldestWithContent(JournalReader reader, long end) throws JournalException {
    long oldest = 0;
    long to = end;
    int missing = left;
    while (missing > 0 && !isDone()) {
      long from = reader.oldestOf(Math.max(missing, MAX_CHUNK_ENTRIES), topic, to, parent);
      if (from == 0) {
        break;
      }
      List<Long> found = withContent(reader, from, to);
      int taken = Math.min(missing, found.size());
      if (taken > 0) {
        oldest = found.get(found.size() - taken);
      }
      missing -= taken;
      to = from;
    }
    return oldest;
  }

  private List<Long> withContent(JournalReader reader, long from, long to) throws JournalException {
    List<Long> found = new ArrayList<>();
    long last = from - 1;
    for (List<Entry> next = page(reader, last, to); !next.isEmpty(); ) {
      next.stream().filter(RoomCodec::hasContent).map(Entry::sequence).forEach(found::add);
      last = next.getLast().sequence();
      next = page(reader, last, to);
    }
    return found;
  }

  private List<Entry> page(JournalReader reader, long from, long to) throws JournalException {
    return reader.page(topic, from, to, parent, MAX_CHUNK_ENTRIES, MAX_CHUNK_BYTES);
  }

  /// The caller may have been removed since the call began.
  private List<Entry> chunk(JournalReader reader, long from, long to)
      throws JournalException, RefusedException {
    if (isDone()) {
      return List.of();
    }
    Rooms.visible(reader, caller, topic.name());
    return page(reader, from, to);
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
    synchronized (this) {
      after = place.after();
      before = place.before();
      reading = false;
    }
    pump();
  }

  /// Ends the call once nothing has been taken for too long.
  private void watch() {
    long before;
    synchronized (this) {
      before = sent;
    }
    CompletableFuture.delayedExecutor(stallTimeout.toMillis(), TimeUnit.MILLISECONDS)
        .execute(
            () -> {
              if (isDone()) {
                return;
              }
              if (isStillAt(before)) {
                fail(
                    Reason.STALLED.because(
                        "nothing was read for %d s".formatted(stallTimeout.toSeconds())));
              } else {
                watch();
              }
            });
  }

  private synchronized boolean isStillAt(long before) {
    return sent == before && !reading;
  }

  private synchronized boolean isDone() {
    return done;
  }

  private synchronized void pump() {
    while (!done && left > 0 && !chunk.isEmpty() && observer.isReady()) {
      Entry entry = chunk.remove();
      if (!classic || RoomCodec.hasContent(entry)) {
        observer.onNext(Rooms.message(entry));
        left--;
        sent++;
      }
    }
    if (done || reading || (left > 0 && !chunk.isEmpty())) {
      return;
    }
    if (left == 0 || after >= before - 1) {
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
