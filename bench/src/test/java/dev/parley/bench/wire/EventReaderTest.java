package dev.parley.bench.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Timestamp;
import dev.parley.chat.v1.AckEvent;
import dev.parley.chat.v1.CaughtUpEvent;
import dev.parley.chat.v1.ChatEvent;
import dev.parley.chat.v1.ChatMessage;
import dev.parley.chat.v1.ChatRequest;
import dev.parley.chat.v1.MessageContent;
import dev.parley.chat.v1.MessageReadEvent;
import dev.parley.chat.v1.PresenceEvent;
import dev.parley.chat.v1.User;
import dev.parley.chat.v1.UserJoinedEvent;
import dev.parley.chat.v1.UserLeftEvent;
import dev.parley.chat.v1.UserStatusEvent;
import dev.parley.chat.v1.UserTypingEvent;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class EventReaderTest {
  private static final String ROOM = "a room";

  private final MessageTemplate template =
      new MessageTemplate(ROOM, 7, 40, new SplittableRandom(1));

  private final List<String> told = new ArrayList<>();
  private final Telling telling = new Telling();
  private final EventReader reader = new EventReader();

  /// Writes down what it is told.
  private final class Telling implements EventSink {
    @Override
    public void message(long room, long sequence, long hash, long sentNanos) {
      told.add("message %d %d %d %d".formatted(room, sequence, hash, sentNanos));
    }

    @Override
    public void ack(long id, long sequence, boolean duplicate, long sentNanos) {
      told.add("ack %d %d %s %d".formatted(template.hash(id), sequence, duplicate, sentNanos));
    }

    @Override
    public void signal(Signal signal) {
      told.add(signal.toString());
    }

    @Override
    public void other(ChatEvent event) {
      told.add(event.getEventCase().toString());
    }
  }

  private void read(ChatEvent event) throws IOException {
    // What an earlier, longer frame left behind is not to be read.
    byte[] bytes = event.toByteArray();
    byte[] frame = new byte[bytes.length + 100];
    Arrays.fill(frame, (byte) 0x7f);
    System.arraycopy(bytes, 0, frame, 0, bytes.length);
    reader.read(frame, bytes.length, telling);
  }

  private ChatMessage sent(long atNanos) throws InvalidProtocolBufferException {
    ChatRequest request = ChatRequest.parseFrom(template.next(atNanos));
    return ChatMessage.newBuilder()
        .setId(request.getId())
        .setRoomId(request.getRoomId())
        .setSender(User.newBuilder().setId("ann").setUsername("Ann"))
        .setContent(request.getContent())
        .setTimestamp(Timestamp.newBuilder().setSeconds(1))
        .build();
  }

  private static ChatEvent.Builder event(ChatMessage message, long sequence) {
    return ChatEvent.newBuilder()
        .setMessage(message.toBuilder().setSequence(sequence))
        .setSequence(sequence);
  }

  private String expected(ChatMessage message, long sequence, long sentNanos) {
    return "message %d %d %d %d"
        .formatted(
            Bytes.hash(ROOM), sequence, template.hash(Bytes.hash(message.getId())), sentNanos);
  }

  @Test
  void readsOneMessage() throws IOException {
    ChatMessage message = sent(123);
    read(event(message, 9).build());
    assertThat(told).containsExactly(expected(message, 9, 123));
  }

  @Test
  void readsABatchInOrder() throws IOException {
    ChatMessage first = sent(1);
    ChatMessage second = sent(2);
    AckEvent ack =
        AckEvent.newBuilder().setMessageId(first.getId()).setSequence(9).setRoomId(ROOM).build();
    read(
        ChatEvent.newBuilder()
            .addBatch(event(first, 9))
            .addBatch(ChatEvent.newBuilder().setAck(ack))
            .addBatch(
                ChatEvent.newBuilder().setUserTyping(UserTypingEvent.newBuilder().setRoomId(ROOM)))
            .addBatch(ChatEvent.newBuilder().setCaughtUp(CaughtUpEvent.newBuilder().setSequence(9)))
            .addBatch(event(second, 10))
            .build());
    long hash = template.hash(Bytes.hash(first.getId()));
    assertThat(told)
        .containsExactly(
            expected(first, 9, 1),
            "ack %d 9 false 1".formatted(hash),
            "TYPING",
            "CAUGHT_UP",
            expected(second, 10, 2));
  }

  @Test
  void tellsTheKindsOfSignalsApart() throws IOException {
    read(ChatEvent.newBuilder().setUserTyping(UserTypingEvent.getDefaultInstance()).build());
    read(ChatEvent.newBuilder().setMessageRead(MessageReadEvent.getDefaultInstance()).build());
    read(ChatEvent.newBuilder().setUserJoined(UserJoinedEvent.getDefaultInstance()).build());
    read(ChatEvent.newBuilder().setUserLeft(UserLeftEvent.getDefaultInstance()).build());
    read(ChatEvent.newBuilder().setPresence(PresenceEvent.getDefaultInstance()).build());
    read(ChatEvent.newBuilder().setUserStatus(UserStatusEvent.getDefaultInstance()).build());
    assertThat(told)
        .containsExactly("TYPING", "RECEIPT", "PRESENCE", "PRESENCE", "PRESENCE", "PRESENCE");
  }

  @Test
  void theNextEventInheritsNothing() throws IOException {
    ChatMessage message = sent(5);
    read(event(message, 9).build());
    read(ChatEvent.newBuilder().setMessage(ChatMessage.newBuilder().setRoomId(ROOM)).build());
    assertThat(told.get(1))
        .isEqualTo("message %d 0 %d -1".formatted(Bytes.hash(ROOM), Bytes.mix(0, 0)));
  }

  @Test
  void tellsWhatAnAckSays() throws IOException {
    ChatMessage message = sent(77);
    AckEvent ack =
        AckEvent.newBuilder()
            .setMessageId(message.getId())
            .setSequence(3)
            .setDuplicate(true)
            .setServerTimestamp(Timestamp.newBuilder().setSeconds(5))
            .build();
    read(ChatEvent.newBuilder().setAck(ack).build());
    assertThat(told)
        .containsExactly("ack %d 3 true 77".formatted(template.hash(Bytes.hash(message.getId()))));
  }

  @Test
  void otherIdsHaveNoTime() throws IOException {
    ChatMessage message = sent(5).toBuilder().setId("somebody else's").build();
    read(event(message, 1).build());
    assertThat(told.getFirst()).endsWith(" -1");
  }

  @Test
  void otherContentHasAnotherHash() throws IOException {
    ChatMessage message = sent(5);
    ChatMessage changed =
        message.toBuilder()
            .setContent(
                MessageContent.newBuilder()
                    .setText(message.getContent().getText().replace('.', '!')))
            .build();
    read(event(message, 1).build());
    read(event(changed, 1).build());
    assertThat(told.get(0)).isNotEqualTo(told.get(1));
  }

  @Test
  void refusesWhatIsNoEvent() {
    byte[] junk = {(byte) 0xfa, 1, 50, 1, 2};
    assertThatThrownBy(() -> reader.read(junk, junk.length, telling))
        .isInstanceOf(IOException.class);
  }

  @Test
  void whatWasReadBeforeChangesNothing() throws IOException {
    ChatMessage message = sent(1);
    AckEvent ack = AckEvent.newBuilder().setMessageId(message.getId()).setSequence(1).build();
    ChatEvent two =
        ChatEvent.newBuilder().addBatch(event(message, 1)).addBatch(event(sent(2), 2)).build();
    ChatEvent one = ChatEvent.newBuilder().addBatch(two.getBatch(0)).build();
    ChatEvent later =
        ChatEvent.newBuilder().addBatch(event(message, 2)).addBatch(event(sent(2), 3)).build();
    ChatEvent mixed = two.toBuilder().addBatch(ChatEvent.newBuilder().setAck(ack)).build();
    ChatEvent many =
        ChatEvent.newBuilder()
            .addAllBatch(
                IntStream.range(0, 40).mapToObj(i -> event(message, 1 + i).build()).toList())
            .build();
    List<ChatEvent> frames =
        List.of(
            two,
            two,
            one,
            two,
            later,
            later,
            mixed,
            mixed,
            two,
            event(message, 1).build(),
            two,
            many,
            many,
            two,
            two,
            ChatEvent.getDefaultInstance(),
            two);
    for (ChatEvent frame : frames) {
      told.clear();
      new EventReader().read(frame.toByteArray(), frame.getSerializedSize(), telling);
      List<String> expected = List.copyOf(told);
      told.clear();
      read(frame);
      assertThat(told).isEqualTo(expected);
    }
  }

  @Test
  void aBatchThatIsBrokenOffIsNotToldAgain() throws IOException {
    byte[] whole =
        ChatEvent.newBuilder()
            .addBatch(event(sent(1), 1))
            .addBatch(event(sent(2), 2))
            .build()
            .toByteArray();
    reader.read(whole, whole.length, telling);
    byte[] broken = whole.clone();
    broken[whole.length / 2 + 2] = 0x7f;
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> reader.read(broken, broken.length, telling))
          .isInstanceOf(IOException.class);
    }
  }

  @Test
  void idsRiseAndDiffer() throws IOException {
    MessageTemplate other = new MessageTemplate(ROOM, 8, 40, new SplittableRandom(1));
    String first = ChatRequest.parseFrom(template.next(10)).getId();
    String second = ChatRequest.parseFrom(template.next(10)).getId();
    assertThat(first).isLessThan(second).hasSize(32);
    assertThat(second).isLessThan(ChatRequest.parseFrom(template.next(11)).getId());
    assertThat(first).isNotEqualTo(ChatRequest.parseFrom(other.next(10)).getId());
  }

  @Test
  void textsHaveTheLengthThatIsWanted() throws IOException {
    for (int length : new int[] {1, 2, 100}) {
      MessageTemplate made = new MessageTemplate(ROOM, 1, length, new SplittableRandom(1));
      assertThat(ChatRequest.parseFrom(made.next(1)).getContent().getText()).hasSize(length);
    }
  }
}
