package dev.parley.server.chat;

import dev.parley.chat.v1.ChatEvent;
import dev.parley.chat.v1.UserJoinedEvent;
import dev.parley.chat.v1.UserLeftEvent;
import dev.parley.core.presence.PresenceSignal;
import dev.parley.core.room.RoomSignal;
import dev.parley.core.signal.Signal;
import dev.parley.core.topic.Entry;
import dev.parley.core.topic.TopicId;
import dev.parley.server.delivery.WireEvent;
import dev.parley.server.delivery.WireFormat;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Events for clients of the classic protocol: only those that it has, with every field that such
/// clients rely on. Pure.
final class ClassicFormat implements WireFormat {
  private final NativeFormat full = new NativeFormat();

  /// Messages that have content; a deleted one has none, and a classic client would crash.
  @Override
  public @Nullable WireEvent event(TopicId topic, Entry entry) {
    return entry.type() == RoomCodec.MESSAGE && RoomCodec.hasContent(entry)
        ? full.event(topic, entry)
        : null;
  }

  @Override
  public List<WireEvent> events(TopicId topic, Signal signal) {
    return switch (signal) {
      case PresenceSignal.StatusChanged _ -> List.of();
      case PresenceSignal.Summary summary -> oneByOne(topic, summary);
      case RoomSignal.ReadUpTo read when read.messageId().isEmpty() -> List.of();
      default -> full.events(topic, signal);
    };
  }

  private static List<WireEvent> oneByOne(TopicId topic, PresenceSignal.Summary summary) {
    List<WireEvent> events = new ArrayList<>();
    summary
        .joined()
        .forEach(
            who ->
                events.add(
                    NativeFormat.of(
                        ChatEvent.newBuilder()
                            .setUserJoined(
                                UserJoinedEvent.newBuilder()
                                    .setRoomId(topic.name())
                                    .setUser(Mapping.user(who))
                                    .setTimestamp(Mapping.timestamp(summary.atMicros()))))));
    summary
        .left()
        .forEach(
            user ->
                events.add(
                    NativeFormat.of(
                        ChatEvent.newBuilder()
                            .setUserLeft(
                                UserLeftEvent.newBuilder()
                                    .setRoomId(topic.name())
                                    .setUser(Mapping.user(user))
                                    .setTimestamp(Mapping.timestamp(summary.atMicros()))))));
    return List.copyOf(events);
  }

  @Override
  public @Nullable WireEvent caughtUp(TopicId topic, long sequence) {
    return null;
  }

  @Override
  public @Nullable WireEvent closed(TopicId topic, String reason) {
    return null;
  }
}
