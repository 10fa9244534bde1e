package dev.parley.server.chat;

import dev.parley.chat.v1.AckEvent;
import dev.parley.chat.v1.ChatEvent;
import dev.parley.chat.v1.ErrorEvent;
import dev.parley.core.error.Refusal;
import dev.parley.core.limit.Limits;
import dev.parley.core.topic.Outcome;
import dev.parley.server.rpc.Refusals;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/// Answers to requests as events. Pure.
final class Answers {
  private Answers() {}

  /// A request was carried out.
  static ChatEvent.Builder ack(String requestId, String room, Outcome.Done done) {
    return ChatEvent.newBuilder()
        .setAck(
            AckEvent.newBuilder()
                .setMessageId(requestId)
                .setServerTimestamp(Mapping.timestamp(done.atMicros()))
                .setRoomId(room)
                .setSequence(done.sequence())
                .setDuplicate(done.repeated()));
  }

  /// A request was refused. What is quoted from it is left out where it is longer than an id may
  /// be, so that nobody is sent back what he should not have sent.
  static ChatEvent.Builder error(String requestId, String room, Refusal refusal) {
    ErrorEvent.Builder error =
        ErrorEvent.newBuilder()
            .setCode(refusal.reason().code().number())
            .setMessage(refusal.message())
            .setReason(refusal.reason().name())
            .setRequestId(quotable(requestId))
            .setRoomId(quotable(room))
            .setAdvice(refusal.reason().advice());
    Duration retryAfter = refusal.retryAfter();
    if (retryAfter != null) {
      error.setRetryAfter(Refusals.duration(retryAfter));
    }
    return ChatEvent.newBuilder().setError(error);
  }

  private static String quotable(String quoted) {
    return quoted.getBytes(StandardCharsets.UTF_8).length <= Limits.MAX_ID_BYTES ? quoted : "";
  }
}
