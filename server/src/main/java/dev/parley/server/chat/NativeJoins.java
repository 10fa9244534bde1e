package dev.parley.server.chat;

import dev.parley.chat.v1.ChatEvent;
import dev.parley.chat.v1.Room;
import dev.parley.chat.v1.RoomJoinedEvent;
import dev.parley.core.error.Reason;
import dev.parley.core.error.Refusal;
import dev.parley.core.error.RefusedException;
import dev.parley.core.limit.Limits;
import dev.parley.core.room.RoomCommand;
import dev.parley.core.room.RoomRules;
import dev.parley.core.room.RoomState;
import dev.parley.core.topic.Attachment;
import dev.parley.core.topic.JournalException;
import dev.parley.core.topic.JournalReader;
import dev.parley.core.topic.Member;
import dev.parley.core.topic.TopicId;
import dev.parley.server.delivery.Subscriber;
import dev.parley.server.stream.StreamTopics;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The joins of one native stream that are on their way. Those of one room are answered in the
/// order in which they came, though what is read for them may come in another, and a room that is
/// taken away meanwhile is told as closed after it was told as joined. Owned by the stream's event
/// loop; bounded by the requests that the stream may have unanswered, and the rooms in its hello.
final class NativeJoins {
  private final ChatStream stream;
  private final Map<String, ArrayDeque<Pending>> pending = new HashMap<>(2);

  /// Those that have not begun: of the hello, and of calls beside the stream.
  private final LinkedHashMap<String, Pending> waiting = new LinkedHashMap<>(2);

  private int underWay;

  /// Where a client wants a room to begin.
  sealed interface Start {
    record Now() implements Start {}

    record After(long sequence, long epoch) implements Start {}

    record History(int messages) implements Start {}
  }

  /// What the answer takes from the journal.
  private record Found(int members, int unread, long after) {}

  NativeJoins(ChatStream stream) {
    this.stream = stream;
  }

  /// Enters a room, and answers.
  ///
  /// @throws RefusedException if the stream is in too many rooms
  void join(String requestId, String room, Start start) throws RefusedException {
    hurry(room);
    begin(new Pending(requestId, room, start, RoomCommand.Join.As.MEMBER));
  }

  /// Enters a room that the stream's hello names; not at once, where there are many: no more begin
  /// than the client has taken the answers of.
  void resume(String room, Start start) {
    await(new Pending("", room, start, RoomCommand.Join.As.MEMBER));
  }

  /// Enters a room that its user has entered by a call beside the stream, unless that is under way
  /// already: another join would begin elsewhere.
  ///
  /// @param answer told when the stream is in the room, or why not; at once, if the client does not
  ///     read now: it will be in the room when it does
  void bring(String room, Consumer<@Nullable Refusal> answer) {
    ArrayDeque<Pending> begun = pending.get(room);
    if (begun != null) {
      begun.getLast().told.add(answer);
      return;
    }
    if (!waiting.containsKey(room)) {
      if (waiting.size() >= stream.context().limits().maxRoomsPerStream()) {
        answer.accept(Reason.LIMIT_REACHED.because("too many rooms wait for this stream to read"));
        return;
      }
      await(new Pending("", room, new Start.Now(), RoomCommand.Join.As.PRESENT_MEMBER));
    }
    Objects.requireNonNull(waiting.get(room)).told.add(answer);
    proceed();
    Pending stillWaiting = waiting.get(room);
    if (stillWaiting != null) {
      stillWaiting.tell(null);
    }
  }

  private void await(Pending joining) {
    stream.window().began();
    waiting.put(joining.room, joining);
  }

  /// Begins what is waiting, as far as the client takes the answers.
  void proceed() {
    while (!waiting.isEmpty() && underWay < Limits.MAX_JOINS_AT_ONCE && stream.isReady()) {
      hurry(waiting.firstEntry().getKey());
    }
  }

  /// Begins to enter a room, if it waits for that: something is asked of it.
  void hurry(String room) {
    Pending joining = waiting.remove(room);
    if (joining == null) {
      return;
    }
    try {
      begin(joining);
    } catch (RefusedException e) {
      joining.tell(e.refusal());
      stream.refuse("", room, e.refusal());
    }
    stream.answered();
  }

  private void begin(Pending joining) throws RefusedException {
    stream.join(joining.room, joining.as, joining);
    pending.computeIfAbsent(joining.room, _ -> new ArrayDeque<>()).add(joining);
    underWay++;
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
    List<Pending> unanswered = new ArrayList<>(waiting.values());
    pending.values().forEach(unanswered::addAll);
    pending.clear();
    waiting.clear();
    unanswered.forEach(joining -> joining.tell(ChatStream.gone()));
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

  private final class Pending implements StreamTopics.Joining {
    private final String requestId;
    private final String room;
    private final Start start;
    private final RoomCommand.Join.As as;

    /// Calls beside the stream that wait for it.
    private final List<Consumer<@Nullable Refusal>> told = new ArrayList<>(1);

    private Attachment.@Nullable Begun begun;
    private @Nullable Subscriber subscriber;
    private @Nullable Found found;
    private @Nullable Refusal refusal;
    private @Nullable String closed;

    Pending(String requestId, String room, Start start, RoomCommand.Join.As as) {
      this.requestId = requestId;
      this.room = room;
      this.start = start;
      this.as = as;
    }

    void tell(@Nullable Refusal why) {
      List<Consumer<@Nullable Refusal>> each = List.copyOf(told);
      told.clear();
      each.forEach(one -> one.accept(why));
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
      stream.window().began();
      stream
          .context()
          .reads()
          .streams()
          .read(
              reader ->
                  new Found(
                      reader.memberCount(RoomRules.topic(room)),
                      unread(reader, started),
                      position(reader, started)),
              it -> stream.execute(() -> read(it, null)),
              why -> stream.execute(() -> read(null, why)));
    }

    private void read(@Nullable Found it, @Nullable Refusal why) {
      found = it;
      refusal = why;
      settle(room);
      stream.answered();
    }

    /// Where many come at once, what is new is in memory: the journal would read it for each.
    private int unread(JournalReader reader, Attachment.Begun started) throws JournalException {
      Member member = started.member();
      if (member == null) {
        return 0;
      }
      int unread =
          started
              .tail()
              .count(
                  member.readSequence(),
                  started.lastSequence(),
                  Limits.MAX_UNREAD,
                  entry -> entry.type() == RoomCodec.MESSAGE,
                  entry -> !entry.author().equals(member.user()));
      if (unread >= 0) {
        return unread;
      }
      JournalReader.Listing listing = reader.topic(RoomRules.topic(room), member.user());
      return listing == null ? 0 : listing.unread();
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
      tell(refusal);
    }

    private ChatEvent.Builder joined(Attachment.Begun started, Found position) {
      RoomState state = (RoomState) started.state();
      Room.Builder told =
          Rooms.room(
              state,
              position.members(),
              started.lastSequence(),
              started.member(),
              position.unread());
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
