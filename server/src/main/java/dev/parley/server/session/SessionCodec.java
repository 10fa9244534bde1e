package dev.parley.server.session;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.parley.assistant.v1.ChatResponse;
import dev.parley.assistant.v1.Session;
import dev.parley.core.session.Answer;
import dev.parley.core.session.SessionEntry;
import dev.parley.core.session.SessionState;
import dev.parley.core.topic.Codec;
import dev.parley.core.topic.Draft;
import dev.parley.core.topic.Entry;
import dev.parley.core.topic.TopicId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A session's journal as protocol buffers: an entry's type is one more than the type of its event
/// (types of entries begin at 1), its body that event without what the entry says of itself: type,
/// session, time, place, the client's id. So what is stored goes to the wire as it is. Pure.
public final class SessionCodec implements Codec<SessionState, SessionEntry> {
  private static final int BEGUN = ChatResponse.Type.STATUS_VALUE + 1;
  private static final int STARTED = ChatResponse.Type.RESPONSE_START_VALUE + 1;
  private static final int CHUNK = ChatResponse.Type.CHUNK_VALUE + 1;
  static final int COMPLETE = ChatResponse.Type.RESPONSE_COMPLETE_VALUE + 1;
  static final int FAILED = ChatResponse.Type.ERROR_VALUE + 1;
  private static final int CHANGED = ChatResponse.Type.SESSION_UPDATE_VALUE + 1;
  private static final int ASKED = ChatResponse.Type.TURN_VALUE + 1;
  private static final int AGAIN = ChatResponse.Type.REGENERATING_VALUE + 1;

  /// The author of what the user has not brought himself; no user's id, which is never empty.
  private static final String MODEL = "";

  private static final double NANOS_PER_SECOND = 1e9;

  @Override
  public Encoded encode(TopicId topic, long sequence, SessionEntry entry, long atMicros) {
    Draft draft =
        switch (entry) {
          case SessionEntry.Changed changed ->
              draft(
                  CHANGED,
                  changed.by(),
                  atMicros,
                  ChatResponse.newBuilder()
                      .setMessageCount(changed.messages())
                      .setSession(
                          SessionMapping.about(topic.name(), changed.about())
                              .setDeleted(changed.deleted())));
          case SessionEntry.Asked asked ->
              new Draft(
                  ASKED,
                  true,
                  asked.by(),
                  asked.key().isEmpty() ? null : asked.key(),
                  null,
                  atMicros,
                  ChatResponse.newBuilder().setText(asked.text()).build().toByteArray(),
                  asked.text());
          case SessionEntry.Again again ->
              new Draft(
                  AGAIN,
                  false,
                  again.by(),
                  again.key().isEmpty() ? null : again.key(),
                  null,
                  atMicros,
                  ChatResponse.newBuilder().setTurnSequence(again.turn()).build().toByteArray(),
                  null);
          case SessionEntry.Begun begun ->
              draft(
                  BEGUN,
                  MODEL,
                  atMicros,
                  ChatResponse.newBuilder()
                      .setStatusMessage("Generating response")
                      .setContextMessages(begun.contextMessages())
                      .setAnswer(
                          dev.parley.assistant.v1.Answer.newBuilder()
                              .setSequence(sequence)
                              .setTurnSequence(begun.turn())
                              .setModel(begun.model())
                              .setContextMessages(begun.contextMessages())
                              .setBeganAt(SessionMapping.timestamp(begun.at()))));
          case SessionEntry.Started _ -> draft(STARTED, MODEL, atMicros, ChatResponse.newBuilder());
          case SessionEntry.Chunk chunk ->
              draft(
                  CHUNK,
                  MODEL,
                  atMicros,
                  ChatResponse.newBuilder()
                      .setChunkText(chunk.text())
                      .setChunkNumber(chunk.number()));
          case SessionEntry.Ended ended -> ended(ended, atMicros);
        };
    return new Encoded(draft, List.of());
  }

  private static Draft draft(int type, String author, long atMicros, ChatResponse.Builder body) {
    return new Draft(type, false, author, null, null, atMicros, body.build().toByteArray(), null);
  }

  private static Draft ended(SessionEntry.Ended ended, long atMicros) {
    Answer answer = ended.answer();
    Answer.End end = answer.end();
    boolean well =
        end != null
            && switch (end.outcome()) {
              case COMPLETE, STOPPED -> true;
              case INTERRUPTED, FAILED -> false;
            };
    Duration took = end == null ? Duration.ZERO : end.took();
    String text = answer.text().toString();
    byte[] body =
        ChatResponse.newBuilder()
            .setTotalChunks(answer.chunks())
            .setProcessingTime(took.toNanos() / NANOS_PER_SECOND)
            .setContextMessages(answer.contextMessages() + (text.isEmpty() ? 0 : 1))
            .setMessageCount(ended.messages())
            .setErrorMessage(end == null ? "" : end.error())
            .setAnswer(SessionMapping.answer(answer))
            .build()
            .toByteArray();
    return new Draft(
        well ? COMPLETE : FAILED, true, MODEL, null, null, atMicros, body, words(text));
  }

  private static @Nullable String words(String text) {
    return text.isEmpty() ? null : text;
  }

  @Override
  public SessionEntry decode(TopicId topic, Entry entry) {
    ChatResponse body = body(topic, entry);
    Instant at = SessionMapping.instant(entry.atMicros());
    return switch (entry.type()) {
      case CHANGED ->
          new SessionEntry.Changed(
              entry.author(),
              SessionMapping.about(body.getSession()),
              body.getSession().getDeleted(),
              body.getMessageCount());
      case ASKED -> new SessionEntry.Asked(entry.author(), key(entry), body.getText(), at);
      case AGAIN -> new SessionEntry.Again(entry.author(), key(entry), body.getTurnSequence());
      case BEGUN ->
          new SessionEntry.Begun(
              body.getAnswer().getTurnSequence(),
              body.getAnswer().getModel(),
              body.getContextMessages(),
              at);
      case STARTED -> new SessionEntry.Started();
      case CHUNK -> new SessionEntry.Chunk(body.getChunkNumber(), body.getChunkText(), at);
      case COMPLETE, FAILED ->
          new SessionEntry.Ended(SessionMapping.answer(body.getAnswer()), body.getMessageCount());
      default ->
          throw new IllegalStateException(
              "entry %d of %s: type %d is not known (written by a newer version?)"
                  .formatted(entry.sequence(), topic, entry.type()));
    };
  }

  private static String key(Entry entry) {
    return entry.key() == null ? "" : entry.key();
  }

  /// What is stored of an entry's event.
  static ChatResponse body(TopicId topic, Entry entry) {
    try {
      return ChatResponse.parseFrom(entry.body());
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(
          "entry %d of %s cannot be read".formatted(entry.sequence(), topic), e);
    }
  }

  @Override
  public byte[] encodeState(SessionState state) {
    return SessionMapping.session(state).toByteArray();
  }

  @Override
  public SessionState decodeState(TopicId topic, byte[] state) {
    try {
      return SessionMapping.session(Session.parseFrom(state));
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("state of " + topic + " cannot be read", e);
    }
  }
}
