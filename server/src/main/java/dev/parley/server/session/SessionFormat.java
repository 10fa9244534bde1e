package dev.parley.server.session;

import com.google.protobuf.CodedOutputStream;
import dev.parley.assistant.v1.ChatResponse;
import dev.parley.core.session.SessionSignal;
import dev.parley.core.signal.Signal;
import dev.parley.core.topic.Entry;
import dev.parley.core.topic.TopicId;
import dev.parley.server.delivery.WireEvent;
import dev.parley.server.delivery.WireFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Events as `parley.assistant.v1.ChatResponse`, one by one. Pure.
final class SessionFormat implements WireFormat {
  /// Events are never sent in batches; a number that no field has.
  private static final int NO_BATCH = 15_000;

  private final boolean classic;

  /// @param classic whether to leave out what the interface without a package does not have
  SessionFormat(boolean classic) {
    this.classic = classic;
  }

  static WireEvent of(ChatResponse.Builder response) {
    return WireEvent.of(response.build(), NO_BATCH);
  }

  private static ChatResponse.Builder told(ChatResponse.Type type, TopicId topic) {
    return ChatResponse.newBuilder().setType(type).setSessionId(topic.name());
  }

  /// The stored body as it is, and what the entry says of itself after it: fields may come in any
  /// order (Protocol Buffers, "Encoding").
  @Override
  public @Nullable WireEvent event(TopicId topic, Entry entry) {
    int type = entry.type() - 1;
    if (classic && type > ChatResponse.Type.SESSION_UPDATE_VALUE) {
      return null;
    }
    byte[] body = told(topic, entry);
    String at = SessionMapping.instant(entry.atMicros()).toString();
    String key = entry.key() == null ? "" : entry.key();
    int size =
        body.length
            + CodedOutputStream.computeEnumSize(ChatResponse.TYPE_FIELD_NUMBER, type)
            + CodedOutputStream.computeStringSize(
                ChatResponse.SESSION_ID_FIELD_NUMBER, topic.name())
            + CodedOutputStream.computeStringSize(ChatResponse.TIMESTAMP_FIELD_NUMBER, at)
            + CodedOutputStream.computeInt64Size(
                ChatResponse.SEQUENCE_FIELD_NUMBER, entry.sequence())
            + CodedOutputStream.computeStringSize(ChatResponse.MESSAGE_ID_FIELD_NUMBER, key);
    return WireEvent.build(
        NO_BATCH,
        size,
        out -> {
          out.writeRawBytes(body);
          out.writeEnum(ChatResponse.TYPE_FIELD_NUMBER, type);
          out.writeString(ChatResponse.SESSION_ID_FIELD_NUMBER, topic.name());
          out.writeString(ChatResponse.TIMESTAMP_FIELD_NUMBER, at);
          out.writeInt64(ChatResponse.SEQUENCE_FIELD_NUMBER, entry.sequence());
          out.writeString(ChatResponse.MESSAGE_ID_FIELD_NUMBER, key);
        });
  }

  /// Whoever is told of an answer's end has had its text in chunks.
  private static byte[] told(TopicId topic, Entry entry) {
    if (entry.type() != SessionCodec.COMPLETE && entry.type() != SessionCodec.FAILED) {
      return entry.body();
    }
    ChatResponse.Builder ended = SessionCodec.body(topic, entry).toBuilder();
    ended.getAnswerBuilder().clearText();
    return ended.build().toByteArray();
  }

  @Override
  public List<WireEvent> events(TopicId topic, Signal signal) {
    return !classic && signal instanceof SessionSignal.Typing typing
        ? List.of(
            of(
                told(
                    typing.on() ? ChatResponse.Type.TYPING : ChatResponse.Type.TYPING_STOPPED,
                    topic)))
        : List.of();
  }

  @Override
  public @Nullable WireEvent caughtUp(TopicId topic, long sequence) {
    return classic ? null : of(told(ChatResponse.Type.CAUGHT_UP, topic).setSequence(sequence));
  }

  @Override
  public @Nullable WireEvent closed(TopicId topic, String reason) {
    return classic ? null : of(told(ChatResponse.Type.CLOSED, topic).setReason(reason));
  }
}
