package dev.parley.server.chat;

import dev.parley.chat.v1.ChatMessage;
import dev.parley.chat.v1.GetHistoryRequest;
import dev.parley.core.access.Caller;
import dev.parley.core.error.Reason;
import dev.parley.core.error.Refusal;
import dev.parley.core.error.RefusedException;
import dev.parley.core.limit.Checks;
import dev.parley.core.limit.Limits;
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
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
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

  /// Between an id that is not the first of its kind, and its sequence.
  private static final char MARK = '#';

  private final ServerCallStreamObserver<ChatMessage> observer;
  private final Reads reads;
  private final Caller caller;
  private final TopicId topic;
  private final @Nullable String parent;
  private final boolean classic;
  private final ArrayDeque<ChatMessage> chunk = new ArrayDeque<>();
  private long after;
  private long before;
  private int left;
  private boolean reading = true;
  private boolean exhausted;
  private boolean done;

  private History(
      ServerCallStreamObserver<ChatMessage> observer,
      ChatContext context,
      Caller caller,
      GetHistoryRequest request,
      int limit,
      boolean classic) {
    this.observer = observer;
    this.reads = context.reads().calls();
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
      return new Place(sequence(reader, request.getAfterMessageId()), end);
    }
    if (request.hasAfterSequence()) {
      return new Place(Math.min(request.getAfterSequence(), end), end);
    }
    if (!request.getBeforeMessageId().isEmpty()) {
      end = sequence(reader, request.getBeforeMessageId());
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
    for (List<Entry> next = page(reader, last, to, MAX_CHUNK_ENTRIES); !next.isEmpty(); ) {
      next.stream().filter(RoomCodec::hasContent).map(Entry::sequence).forEach(found::add);
      last = next.getLast().sequence();
      next = page(reader, last, to, MAX_CHUNK_ENTRIES);
    }
    return found;
  }

  private List<Entry> page(JournalReader reader, long from, long to, int entries)
      throws JournalException {
    return reader.page(topic, from, to, parent, entries, MAX_CHUNK_BYTES);
  }

  /// Messages read at once.
  ///
  /// @param last sequence of the newest entry that was read; 0: there was none
  private record Piece(long last, List<ChatMessage> messages) {
    static final Piece NONE = new Piece(0, List.of());
  }

  /// The caller may have been removed since the call began.
  private Piece piece(JournalReader reader, long from, long to)
      throws JournalException, RefusedException {
    if (isDone()) {
      return Piece.NONE;
    }
    Rooms.visible(reader, caller, topic.name());
    List<Entry> entries = page(reader, from, to, Math.clamp(left, 1, MAX_CHUNK_ENTRIES));
    if (entries.isEmpty()) {
      return Piece.NONE;
    }
    List<ChatMessage> messages =
        classic ? classic(reader, entries) : entries.stream().map(Rooms::message).toList();
    return new Piece(entries.getLast().sequence(), messages);
  }

  /// Classic clients page by message ids, which are their authors' own: one that an older message
  /// of another author has gets its sequence added, or paging by it would jump.
  private List<ChatMessage> classic(JournalReader reader, List<Entry> entries)
      throws JournalException {
    List<ChatMessage> messages =
        entries.stream().filter(RoomCodec::hasContent).map(Rooms::message).toList();
    Set<Lookup.ByAnyKey> ids = new LinkedHashSet<>();
    messages.forEach(message -> ids.add(new Lookup.ByAnyKey(topic, message.getId())));
    Map<Lookup.OfEntry, Entry> oldest = reader.find(ids).entries();
    List<ChatMessage> told = new ArrayList<>(messages.size());
    for (ChatMessage message : messages) {
      Entry first = oldest.get(new Lookup.ByAnyKey(topic, message.getId()));
      boolean own = first == null || first.sequence() == message.getSequence();
      told.add(
          own
              ? message
              : message.toBuilder().setId(message.getId() + MARK + message.getSequence()).build());
    }
    return told;
  }

  private long sequence(JournalReader reader, String messageId)
      throws JournalException, RefusedException {
    Entry found = find(reader, new Lookup.ByAnyKey(topic, messageId));
    int mark = messageId.lastIndexOf(MARK);
    if (found == null && classic && mark > 0) {
      Entry marked = find(reader, new Lookup.At(topic, number(messageId.substring(mark + 1))));
      found = marked != null && messageId.substring(0, mark).equals(marked.key()) ? marked : null;
    }
    if (found == null) {
      throw new RefusedException(
          Reason.MESSAGE_NOT_FOUND.because(
              "no message \"%s\" in room \"%s\"".formatted(messageId, topic.name())));
    }
    return found.sequence();
  }

  private static @Nullable Entry find(JournalReader reader, Lookup.OfEntry lookup)
      throws JournalException {
    return reader.find(List.of(lookup)).entries().get(lookup);
  }

  private static long number(String digits) {
    try {
      return Long.parseLong(digits);
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  private void begin(Place place) {
    synchronized (this) {
      after = place.after();
      before = place.before();
      reading = false;
    }
    pump();
  }

  private synchronized boolean isDone() {
    return done;
  }

  private synchronized void pump() {
    while (!done && left > 0 && !chunk.isEmpty() && observer.isReady()) {
      observer.onNext(chunk.remove());
      left--;
    }
    if (done || reading || (left > 0 && !chunk.isEmpty())) {
      return;
    }
    if (left == 0 || exhausted || after >= before - 1) {
      end();
      observer.onCompleted();
    } else if (observer.isReady()) {
      reading = true;
      long from = after;
      long to = before;
      reads.read(reader -> piece(reader, from, to), this::take, this::fail);
    }
  }

  private void take(Piece piece) {
    synchronized (this) {
      reading = false;
      exhausted = piece.last() == 0;
      after = Math.max(after, piece.last());
      if (!done) {
        chunk.addAll(piece.messages());
      }
    }
    pump();
  }

  private synchronized void fail(Refusal refusal) {
    if (!done) {
      end();
      Replies.refuse(observer, refusal);
    }
  }

  private synchronized void end() {
    done = true;
    chunk.clear();
  }
}
