package dev.parley.client;

import com.google.protobuf.Duration;
import dev.parley.chat.v1.AckEvent;
import dev.parley.chat.v1.CaughtUpEvent;
import dev.parley.chat.v1.ChatEvent;
import dev.parley.chat.v1.ChatMessage;
import dev.parley.chat.v1.ChatRequest;
import dev.parley.chat.v1.DrainEvent;
import dev.parley.chat.v1.ErrorEvent;
import dev.parley.chat.v1.MessageContent;
import dev.parley.chat.v1.Room;
import dev.parley.chat.v1.RoomJoinedEvent;
import dev.parley.chat.v1.User;
import io.grpc.Status;

/// Short ways to write what a server says.
final class Protos {

  private Protos() {}

  static Duration duration(long millis) {
    return Duration.newBuilder()
        .setSeconds(millis / 1_000)
        .setNanos((int) (millis % 1_000) * 1_000_000)
        .build();
  }

  static ChatEvent message(String room, long sequence, String author, String id) {
    return ChatEvent.newBuilder()
        .setSequence(sequence)
        .setMessage(
            ChatMessage.newBuilder()
                .setId(id)
                .setRoomId(room)
                .setSender(User.newBuilder().setId(author))
                .setContent(MessageContent.newBuilder().setText("text of " + id))
                .setSequence(sequence))
        .build();
  }

  static ChatEvent message(String room, long sequence) {
    return message(room, sequence, "other", "m" + sequence);
  }

  static ChatEvent ack(ChatRequest request, long sequence) {
    return ChatEvent.newBuilder()
        .setAck(
            AckEvent.newBuilder()
                .setMessageId(request.getId())
                .setRoomId(request.getRoomId())
                .setSequence(sequence))
        .build();
  }

  static ChatEvent joined(ChatRequest request, long after, long last) {
    return joined(request.getRoomId(), request.getId(), 1, after, last, false);
  }

  static ChatEvent joined(
      String room, String requestId, long epoch, long after, long last, boolean reset) {
    return ChatEvent.newBuilder()
        .setRoomJoined(
            RoomJoinedEvent.newBuilder()
                .setRequestId(requestId)
                .setRoom(Room.newBuilder().setId(room))
                .setEpoch(epoch)
                .setAfterSequence(after)
                .setLastSequence(last)
                .setReset(reset))
        .build();
  }

  static ChatEvent caughtUp(String room, long sequence) {
    return ChatEvent.newBuilder()
        .setCaughtUp(CaughtUpEvent.newBuilder().setRoomId(room).setSequence(sequence))
        .build();
  }

  static ChatEvent refusal(ChatRequest request, Status.Code code, String reason) {
    return ChatEvent.newBuilder().setError(error(request, code, reason)).build();
  }

  static ChatEvent refusal(ChatRequest request, Status.Code code, String reason, long retryMillis) {
    return ChatEvent.newBuilder()
        .setError(error(request, code, reason).setRetryAfter(duration(retryMillis)))
        .build();
  }

  private static ErrorEvent.Builder error(ChatRequest request, Status.Code code, String reason) {
    return ErrorEvent.newBuilder()
        .setCode(code.value())
        .setReason(reason)
        .setMessage("refused")
        .setAdvice("do something else")
        .setRequestId(request.getId())
        .setRoomId(request.getRoomId());
  }

  static ChatEvent drain(String reconnectTo, long reconnectWithinMillis) {
    return ChatEvent.newBuilder()
        .setDrain(
            DrainEvent.newBuilder()
                .setGrace(duration(10_000))
                .setReconnectTo(reconnectTo)
                .setReconnectWithin(duration(reconnectWithinMillis)))
        .build();
  }
}
