package dev.parley.server.chat;

import dev.parley.core.error.RefusedException;
import dev.parley.core.room.RoomCommand;
import dev.parley.core.room.RoomRules;
import dev.parley.core.topic.Departure;
import dev.parley.core.topic.Outcome;
import dev.parley.core.user.Status;
import dev.parley.server.delivery.OutboundStream;
import dev.parley.server.delivery.Subscriber;
import dev.parley.server.stream.StreamTopics;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The rooms that one stream is in, and those that it is about to enter. Owned by the stream's
/// event loop.
final class StreamRooms {
  private final ChatStream stream;
  private final ChatContext context;
  private final StreamTopics topics;

  /// Ids of own messages on their way, by room, of a stream that does not want to see them again.
  private final Map<String, Set<String>> own = new HashMap<>();

  private final List<Runnable> untold = new ArrayList<>();
  private Status newestStatus = Status.ONLINE;
  private boolean telling;

  StreamRooms(ChatStream stream, ChatContext context, Dialect dialect) {
    this.stream = stream;
    this.context = context;
    topics =
        new StreamTopics(
            stream,
            context.engine(),
            "rooms",
            context.limits().maxRoomsPerStream(),
            dialect.resumable(),
            (subscriber, reason) -> {
              own.remove(subscriber.topic().name());
              dialect.closed(subscriber, reason);
            });
  }

  boolean contains(String room) {
    return topics.contains(RoomRules.topic(room));
  }

  /// Enters a room.
  ///
  /// @param joining told what becomes of it
  /// @throws RefusedException if the stream is in too many rooms
  void join(
      String room,
      RoomCommand.Join.As as,
      Status status,
      OutboundStream out,
      StreamTopics.Joining joining)
      throws RefusedException {
    topics.join(
        RoomRules.topic(room),
        new RoomCommand.Join(stream.caller(), as),
        status,
        out,
        () -> ownIn(room),
        joining);
  }

  /// Takes a room back that could not be entered all the way.
  void abandon(String room, Subscriber subscriber) {
    if (topics.abandon(subscriber)) {
      own.remove(room);
    }
  }

  /// Sends a message.
  void say(String room, RoomCommand.Say say, Consumer<Outcome> answer) {
    Set<String> sent = ownIn(room);
    if (sent == null) {
      stream.submit(RoomRules.topic(room), say, answer);
      return;
    }
    boolean first = sent.add(say.id());
    stream.submit(
        RoomRules.topic(room),
        say,
        outcome -> {
          boolean comes = outcome instanceof Outcome.Done done && !done.repeated();
          if ((!comes && first) || !contains(room)) {
            sent.remove(say.id());
          }
          if (sent.isEmpty() && !topics.concerns(RoomRules.topic(room))) {
            own.remove(room);
          }
          answer.accept(outcome);
        });
  }

  private @Nullable Set<String> ownIn(String room) {
    return stream.wantsEcho() ? null : own.computeIfAbsent(room, _ -> new HashSet<>());
  }

  /// The user is to be seen in another way. One change is told to the rooms at a time; of those
  /// that come meanwhile, only the newest is told.
  ///
  /// @param done run when it, or a newer one, has been told
  void status(Status status, Runnable done) {
    newestStatus = status;
    untold.add(done);
    if (!telling) {
      tellStatus();
    }
  }

  private void tellStatus() {
    telling = true;
    List<Runnable> told = List.copyOf(untold);
    untold.clear();
    context
        .engine()
        .status(
            topics.all(),
            stream.caller().id(),
            newestStatus,
            () ->
                stream.execute(
                    () -> {
                      telling = false;
                      told.forEach(Runnable::run);
                      if (!untold.isEmpty() && !stream.hasEnded()) {
                        tellStatus();
                      }
                    }));
  }

  /// The stream has ended.
  void leave(Departure departure) {
    topics.leaveAll(departure);
    own.clear();
  }
}
