package dev.parley.client;

import static java.util.Objects.requireNonNull;

import dev.parley.chat.v1.MessageContent;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A message to send.
///
/// @param room the room to say it in
/// @param content what to say
/// @param id the message's id, unique for its author in the room: sending the same id again, at any
///     time, adds nothing and is acknowledged with the sequence of the first time
/// @param replyTo id of the message that this one answers; null: none
/// @param mentions ids of the users mentioned, at most 100
/// @param timestamp when it was said; null: when the server takes it
public record OutgoingMessage(
    String room,
    MessageContent content,
    String id,
    @Nullable String replyTo,
    List<String> mentions,
    @Nullable Instant timestamp) {

  public OutgoingMessage {
    requireNonNull(room, "room");
    requireNonNull(content, "content");
    requireNonNull(id, "id");
    if (id.isEmpty()) {
      throw new IllegalArgumentException("id is empty (expected: 1 to 128 bytes)");
    }
    mentions = List.copyOf(mentions);
  }

  /// A plain text with an id of its own.
  public static OutgoingMessage text(String room, String text) {
    return of(room, MessageContent.newBuilder().setText(text).build());
  }

  /// Any content with an id of its own.
  public static OutgoingMessage of(String room, MessageContent content) {
    return new OutgoingMessage(room, content, Ids.next(), null, List.of(), null);
  }

  /// The same with another id.
  public OutgoingMessage withId(String newId) {
    return new OutgoingMessage(room, content, newId, replyTo, mentions, timestamp);
  }

  /// The same as an answer to a message.
  public OutgoingMessage inReplyTo(String messageId) {
    return new OutgoingMessage(room, content, id, messageId, mentions, timestamp);
  }

  /// The same, mentioning users.
  public OutgoingMessage mentioning(List<String> userIds) {
    return new OutgoingMessage(room, content, id, replyTo, userIds, timestamp);
  }

  /// The same, said at a time.
  public OutgoingMessage at(Instant time) {
    return new OutgoingMessage(room, content, id, replyTo, mentions, time);
  }
}
