package dev.parley.server.chat;

import dev.parley.core.error.Reason;
import dev.parley.core.error.Refusal;
import dev.parley.core.error.RefusedException;
import dev.parley.core.room.RoomCommand;
import dev.parley.core.room.RoomRules;
import dev.parley.core.topic.Attachment;
import dev.parley.core.topic.Departure;
import dev.parley.core.topic.Outcome;
import dev.parley.core.topic.Subscription;
import dev.parley.core.topic.TopicId;
import dev.parley.core.user.Status;
import dev.parley.server.delivery.DeliveryLoop;
import dev.parley.server.delivery.OutboundStream;
import dev.parley.server.delivery.Subscriber;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The rooms that one stream is in, and those that it is about to enter. Owned by the stream's
/// event loop.
final class StreamRooms {
  private final ChatStream stream;
  private final ChatContext context;
  private final DeliveryLoop delivery;
  private final Dialect dialect;
  private final Map<String, Subscriber> rooms = new LinkedHashMap<>(2);
  private final Map<String, Integer> entering = new HashMap<>(2);

  /// Ids of own messages on their way, by room, of a stream that does not want to see them again.
  private final Map<String, Set<String>> own = new HashMap<>();

  private final List<Runnable> untold = new ArrayList<>();
  private Status newestStatus = Status.ONLINE;
  private boolean telling;

  StreamRooms(ChatStream stream, ChatContext context, DeliveryLoop delivery, Dialect dialect) {
    this.stream = stream;
    this.context = context;
    this.delivery = delivery;
    this.dialect = dialect;
  }

  boolean contains(String room) {
    return rooms.containsKey(room);
  }

  /// Enters a room.
  ///
  /// @param joining told what becomes of it
  /// @throws RefusedException if the stream is in too many rooms
  void join(String room, RoomCommand.Join.As as, Status status, OutboundStream out, Joining joining)
      throws RefusedException {
    int count = rooms.size() + entering.size();
    if (count >= context.limits().maxRoomsPerStream()
        && !rooms.containsKey(room)
        && !entering.containsKey(room)) {
      throw ChatStream.refused(
          Reason.LIMIT_REACHED,
          "rooms on this stream: %d (limit: %d)"
              .formatted(count, context.limits().maxRoomsPerStream()));
    }
    Subscription subscription =
        new Subscription(stream.caller().user(), delivery, dialect.resumable());
    entering.merge(room, 1, Integer::sum);
    stream.window().began();
    context
        .engine()
        .attach(
            RoomRules.topic(room),
            new RoomCommand.Join(stream.caller(), as),
            subscription,
            status,
            attachment ->
                stream.execute(() -> attached(room, subscription, attachment, out, joining)));
  }

  /// What becomes of entering a room; on the stream's thread.
  interface Joining {
    /// The stream is in the room; the subscriber is to be released.
    void attached(Attachment.Begun begun, Subscriber subscriber);

    /// It is not.
    void refused(Refusal refusal);
  }

  private void attached(
      String room,
      Subscription subscription,
      Attachment attachment,
      OutboundStream out,
      Joining joining) {
    TopicId topic = RoomRules.topic(room);
    entering.computeIfPresent(room, (_, count) -> count > 1 ? count - 1 : null);
    switch (attachment) {
      case Attachment.Refused it -> joining.refused(it.refusal());
      case Attachment.Begun _ when stream.hasEnded() -> {
        context.engine().detach(topic, subscription, Departure.BROKEN);
        joining.refused(ChatStream.gone());
      }
      case Attachment.Begun begun -> {
        Subscriber subscriber =
            delivery.subscribe(
                out, topic, subscription, begun, ownIn(room), reason -> evicted(room, reason));
        Subscriber before = rooms.put(room, subscriber);
        if (before != null) {
          delivery.unsubscribe(before);
          context.engine().detach(topic, before.subscription(), Departure.LEFT);
        }
        joining.attached(begun, subscriber);
      }
    }
    stream.answered();
  }

  private void evicted(String room, String reason) {
    Subscriber subscriber = rooms.get(room);
    if (subscriber != null) {
      drop(room, subscriber, Departure.EVICTED);
      dialect.closed(subscriber, reason);
    }
  }

  /// Takes a room back that could not be entered all the way.
  void abandon(String room, Subscriber subscriber) {
    if (rooms.get(room) == subscriber) {
      delivery.unsubscribe(subscriber);
      drop(room, subscriber, Departure.LEFT);
    }
  }

  private void drop(String room, Subscriber subscriber, Departure departure) {
    rooms.remove(room);
    own.remove(room);
    context.engine().detach(RoomRules.topic(room), subscriber.subscription(), departure);
  }

  /// Sends a message.
  void say(String room, RoomCommand.Say say, Consumer<Outcome> answer) {
    Set<String> sent = ownIn(room);
    if (sent == null) {
      stream.submit(room, say, answer);
      return;
    }
    boolean first = sent.add(say.id());
    stream.submit(
        room,
        say,
        outcome -> {
          boolean comes = outcome instanceof Outcome.Done done && !done.repeated();
          if ((!comes && first) || !rooms.containsKey(room)) {
            sent.remove(say.id());
          }
          if (sent.isEmpty() && !rooms.containsKey(room) && !entering.containsKey(room)) {
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
            Stream.concat(rooms.keySet().stream(), entering.keySet().stream())
                .distinct()
                .map(RoomRules::topic)
                .toList(),
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
    rooms.forEach(
        (room, subscriber) -> {
          delivery.unsubscribe(subscriber);
          context.engine().detach(RoomRules.topic(room), subscriber.subscription(), departure);
        });
    rooms.clear();
    own.clear();
  }
}
