package dev.parley.client;

import dev.parley.assistant.v1.ChatRequest;
import dev.parley.assistant.v1.ChatResponse;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// A session that is watched, and how far it was seen. Owned by the loop.
///
/// Between a wish to watch and its answer nothing of the session counts: what still comes belongs
/// to the time before.
final class SessionCursor {
  private final String session;

  /// Completed by the answer to the first wish. Null: nobody waits for it.
  private @Nullable CompletableFuture<ChatResponse> waiting;

  private String requestId = "";
  private boolean begun;
  private boolean known;
  private long last;
  private long epoch;

  /// From where the server has it begin.
  ///
  /// @param waiting told of the answer
  SessionCursor(String session, @Nullable CompletableFuture<ChatResponse> waiting) {
    this.session = session;
    this.waiting = waiting;
  }

  /// From after a place.
  SessionCursor after(long sequence, long epoch) {
    known = true;
    last = sequence;
    this.epoch = epoch;
    return this;
  }

  String session() {
    return session;
  }

  /// The last sequence that was seen.
  long last() {
    return last;
  }

  /// Who waits for the answer to the first wish to watch, for the last time.
  @Nullable CompletableFuture<ChatResponse> takeWaiting() {
    CompletableFuture<ChatResponse> who = waiting;
    waiting = null;
    return who;
  }

  /// The wish to watch on.
  ///
  /// @param id of the request
  ChatRequest wish(String id) {
    requestId = id;
    begun = false;
    ChatRequest.Builder wish =
        ChatRequest.newBuilder()
            .setType(ChatRequest.Type.WATCH)
            .setSessionId(session)
            .setId(id)
            .setEpoch(epoch);
    return known ? wish.setAfterSequence(last).build() : wish.build();
  }

  /// Whether this is the request that the present wish went out as.
  boolean isWish(String id) {
    return !begun && requestId.equals(id);
  }

  /// Takes `WATCHING`.
  ///
  /// @return whether it fits what was seen; if not, something between is missing
  boolean begins(ChatResponse watching) {
    boolean fits = !known || watching.getReset() || watching.getSequence() <= last;
    if (!known || watching.getReset()) {
      last = watching.getSequence();
    }
    begun = true;
    known = true;
    epoch = watching.getEpoch();
    return fits;
  }

  /// What to do with an event that has a place.
  RoomCursor.Verdict accept(long sequence) {
    if (!begun || sequence <= last) {
      return RoomCursor.Verdict.REPEAT;
    }
    if (sequence > last + 1) {
      return RoomCursor.Verdict.GAP;
    }
    last = sequence;
    return RoomCursor.Verdict.DELIVER;
  }

  /// Whether all up to a sequence was seen.
  boolean hasSeen(long sequence) {
    return !begun || sequence <= last;
  }
}
