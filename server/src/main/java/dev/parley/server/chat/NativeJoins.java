package dev.parley.server.chat;

import dev.parley.chat.v1.ChatEvent;
import dev.parley.chat.v1.Room;
import dev.parley.chat.v1.RoomJoinedEvent;
import dev.parley.core.error.Refusal;
import dev.parley.core.error.RefusedException;
import dev.parley.core.limit.Limits;
import dev.parley.core.room.RoomRules;
import dev.parley.core.room.RoomState;
import dev.parley.core.topic.Attachment;
import dev.parley.core.topic.JournalException;
import dev.parley.core.topic.JournalReader;
import dev.parley.core.topic.TopicId;
import dev.parley.server.delivery.Subscriber;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The joins of one native stream that are on their way. Those of one room are answered in the
/// order in which they came, though what is read for them may come in another, and a room that is
/// taken away meanwhile is told as closed after it was told as joined. Owned by the stream's event
/// loop; bounded by the requests that the stream may have unanswered, and the rooms in its hello.
final class NativeJoins {
  private final ChatStream stream;
  private final Map<String, ArrayDeque<Pending>> pending = new HashMap<>();

  /// Those of the hello that have not begun.
  private final ArrayDeque<Pending> waiting = new ArrayDeque<>();

  private int underWay;

  /// Where a client wants a room to begin.
  sealed interface Start {
    record Now() implements Start {}

    record After(long sequence, long epoch) implements Start {}

    record History(int messages) implements Start {}
  }

  /// What the answer takes from the journal.
  private record Found(JournalReader.@Nullable Listing listing, long after) {}

  NativeJoins(ChatStream stream) {
    this.stream = stream;
  }

  /// Enters a room, and answers.
  ///
  /// @param told told besides: null, or the refusal
  /// @throws RefusedException if the stream is in too many rooms
  void join(String requestId, String room, Start start, Consumer<@Nullable Refusal> told)
      throws RefusedException {
    hurry(room);
    begin(new Pending(requestId, room, start, told));
  }

  private void begin(Pending joining) throws RefusedException {
    stream.join(joining.room, joining);
    pending.computeIfAbsent(joining.room, _ -> new ArrayDeque<>()).add(joining);
    underWay++;
  }

  /// Enters a room that the stream's hello names; not at once, where there are many: no more begin
  /// than the client has taken the answers of.
  void resume(String room, Start start) {
    stream.window().began();
    waiting.add(new Pending("", room, start, _ -> {}));
  }

  /// Begins what is waiting, as far as the client takes the answers.
  void proceed() {
    while (!waiting.isEmpty() && underWay < Limits.MAX_JOINS_AT_ONCE && stream.isReady()) {
      enter(waiting.remove());
    }
  }

  /// Begins to enter a room that waits for it, as something is asked of that room.
  void hurry(String room) {
    for (Pending joining : List.copyOf(waiting)) {
      if (joining.room.equals(room) && waiting.remove(joining)) {
        enter(joining);
      }
    }
  }

  private void enter(Pending resuming) {
    try {
      begin(resuming);
    } catch (RefusedException e) {
      stream.refuse("", resuming.room, e.refusal());
    }
    stream.answered();
  }

  /// A room was taken away; true: that is told when its join is answered.
  boolean closed(Subscriber subscriber, String reason) {
    for (Pending joining : pending.getOrDefault(subscriber.topic().name(), new ArrayDeque<>())) {
      if (joining.subscriber == subscriber) {
        joining.closed = reason;
        return true;
      }
    }
    return false;
  }

  /// The stream has ended.
  void clear() {
    List<Pending> unanswered = pending.values().stream().flatMap(Collection::stream).toList();
    pending.clear();
    waiting.clear();
    unanswered.forEach(joining -> joining.told.accept(ChatStream.gone()));
  }

  private void settle(String room) {
    ArrayDeque<Pending> joins = pending.get(room);
    while (joins != null && !joins.isEmpty() && joins.getFirst().isSettled()) {
      underWay--;
      joins.removeFirst().answer();
    }
    if (joins != null && joins.isEmpty()) {
      pending.remove(room);
    }
    proceed();
  }

  private final class Pending implements StreamRooms.Joining {
    private final String requestId;
    private final String room;
    private final Start start;
    private final Consumer<@Nullable Refusal> told;
    private Attachment.@Nullable Begun begun;
    private @Nullable Subscriber subscriber;
    private @Nullable Found found;
    private @Nullable Refusal refusal;
    private @Nullable String closed;

    Pending(String requestId, String room, Start start, Consumer<@Nullable Refusal> told) {
      this.requestId = requestId;
      this.room = room;
      this.start = start;
      this.told = told;
    }

    boolean isSettled() {
      return found != null || refusal != null;
    }

    @Override
    public void refused(Refusal why) {
      refusal = why;
      settle(room);
    }

    @Override
    public void attached(Attachment.Begun started, Subscriber entered) {
      begun = started;
      subscriber = entered;
      String user = stream.caller().id();
      stream.window().began();
      stream
          .context()
          .reads()
          .streams()
          .read(
              reader ->
                  new Found(reader.topic(RoomRules.topic(room), user), position(reader, started)),
              it -> stream.execute(() -> read(it, null)),
              why -> stream.execute(() -> read(null, why)));
    }

    private void read(@Nullable Found it, @Nullable Refusal why) {
      found = it;
      refusal = why;
      settle(room);
      stream.answered();
    }

    private boolean reset(Attachment.Begun started) {
      return start instanceof Start.After after
          && (after.sequence() > started.lastSequence()
              || (after.epoch() != 0 && after.epoch() != started.epoch()));
    }

    private long position(JournalReader reader, Attachment.Begun started) throws JournalException {
      long last = started.lastSequence();
      return switch (start) {
        case Start.Now _ -> last;
        case Start.After after -> reset(started) ? 0 : after.sequence();
        case Start.History history when history.messages() == 0 -> last;
        case Start.History history -> {
          TopicId topic = RoomRules.topic(room);
          long oldest = reader.oldestOf(history.messages(), topic, last + 1, null);
          yield oldest == 0 ? last : oldest - 1;
        }
      };
    }

    void answer() {
      if (refusal != null) {
        if (subscriber != null) {
          stream.rooms().abandon(room, subscriber);
        }
        stream.refuse(requestId, room, refusal);
      } else if (begun != null && subscriber != null && found != null) {
        stream.send(joined(begun, found));
        stream.release(subscriber, found.after());
        if (closed != null) {
          stream.tellClosed(subscriber.topic(), closed);
        }
      }
      told.accept(refusal);
    }

    private ChatEvent.Builder joined(Attachment.Begun started, Found position) {
      RoomState state = (RoomState) started.state();
      JournalReader.Listing listing = position.listing();
      Room.Builder told =
          listing == null ? Mapping.room(state).toBuilder() : Rooms.room(listing, state);
      return ChatEvent.newBuilder()
          .setRoomJoined(
              RoomJoinedEvent.newBuilder()
                  .setRequestId(requestId)
                  .setRoom(told.setOnlineCount(started.online()))
                  .setEpoch(started.epoch())
                  .setAfterSequence(position.after())
                  .setLastSequence(started.lastSequence())
                  .addAllOnlineUsers(started.users().stream().map(Mapping::named).toList())
                  .setReset(reset(started)));
    }
  }
}
