package dev.parley.server.chat;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Timestamp;
import dev.parley.chat.v1.AckEvent;
import dev.parley.chat.v1.ChatEvent;
import dev.parley.chat.v1.ChatEvent.EventCase;
import dev.parley.chat.v1.ChatMessage;
import dev.parley.chat.v1.Join;
import dev.parley.server.ServerExtension;
import dev.parley.server.config.Setting;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// What is said on a native stream, its acks, and what comes of saying it again.
class NativeSendTest {
  @RegisterExtension
  private final ServerExtension server = new ServerExtension().with(Setting.MAX_IN_FLIGHT, "4");

  private NativeStream join(String user) {
    return NativeStream.joined(server.connect(), user);
  }

  @Test
  void theAckNamesTheSequenceThatEveryoneSees() {
    NativeStream alice = join("alice");
    NativeStream bob = join("bob");
    AckEvent ack = alice.said("m1", "hello");
    ChatEvent seen = bob.message("hello");
    assertThat(ack.getDuplicate()).isFalse();
    assertThat(ack.getRoomId()).isEqualTo("general");
    assertThat(ack.getSequence()).isPositive().isEqualTo(seen.getSequence());
    assertThat(seen.getMessage().getSequence()).isEqualTo(ack.getSequence());
    assertThat(seen.getMessage().getTimestamp()).isEqualTo(ack.getServerTimestamp());
    assertThat(alice.message("hello")).isEqualTo(seen);
  }

  @Test
  void theSameIdAgainIsTheSameMessageOnEveryStreamAndAfterARestart() throws Exception {
    NativeStream alice = join("alice");
    AckEvent first = alice.said("m1", "once");
    AckEvent again = first.toBuilder().setDuplicate(true).build();
    assertThat(alice.said("m1", "once")).isEqualTo(again);
    assertThat(join("alice").said("m1", "twice")).isEqualTo(again);
    server.stop();
    server.start();
    assertThat(join("alice").said("m1", "once")).isEqualTo(again);
    assertThat(NativeCalls.by("bob", server.connect()).history("general")).hasSize(1);
  }

  @Test
  void theSameIdAtOnceFromManyStreamsIsOneMessage() {
    List<NativeStream> streams = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      streams.add(join("alice"));
    }
    for (NativeStream stream : streams) {
      for (int n = 0; n < 3; n++) {
        stream.send(NativeStream.text("m1", "once"));
      }
    }
    List<AckEvent> acks = new ArrayList<>();
    for (NativeStream stream : streams) {
      for (int n = 0; n < 3; n++) {
        acks.add(stream.ack("m1"));
      }
    }
    assertThat(acks).extracting(AckEvent::getSequence).containsOnly(acks.getFirst().getSequence());
    assertThat(acks).filteredOn(ack -> !ack.getDuplicate()).hasSize(1);
    NativeStream any = streams.getLast();
    any.fence();
    assertThat(any.texts()).containsExactly("once");
  }

  @Test
  void idsAreTheirAuthorsOwnAndTheirRooms() {
    NativeStream alice = join("alice");
    alice.join("random");
    NativeStream bob = join("bob");
    AckEvent first = alice.said("m1", "from alice");
    assertThat(bob.said("m1", "from bob").getSequence()).isEqualTo(first.getSequence() + 1);
    assertThat(alice.done(NativeStream.textIn("random", "m1", "elsewhere")).getDuplicate())
        .isFalse();
  }

  @Test
  void anIdOfAnotherKindOfRequestIsRefused() {
    NativeStream alice = join("alice");
    alice.said("m1", "hello");
    assertThat(alice.refused(NativeStream.react("m1", "m1", "+1")).getReason())
        .isEqualTo("INVALID_REQUEST");
    alice.done(NativeStream.react("r1", "m1", "+1"));
    assertThat(alice.refused(NativeStream.text("r1", "a message")).getReason())
        .isEqualTo("INVALID_REQUEST");
  }

  @Test
  void aMessageWithoutIdIsGivenOne() {
    NativeStream alice = join("alice");
    alice.send(NativeStream.text("", "hello"));
    AckEvent ack = alice.await(EventCase.ACK).getAck();
    assertThat(ack.getMessageId()).isNotEmpty();
    assertThat(join("bob").join("general", Join.newBuilder().setHistory(1)).getLastSequence())
        .isEqualTo(ack.getSequence());
  }

  @Test
  void repliesMentionsAndTheAuthorsTimeAreKept() {
    NativeStream alice = join("alice");
    NativeStream bob = join("bob");
    alice.said("m1", "question");
    Timestamp said = Timestamp.newBuilder().setSeconds(1_600_000_000).setNanos(1_000).build();
    bob.done(
        NativeStream.text("m2", "answer")
            .setReplyToId("m1")
            .addMentions("alice")
            .setTimestamp(said));
    ChatMessage answer = alice.message("answer").getMessage();
    assertThat(answer.getReplyToId()).isEqualTo("m1");
    assertThat(answer.getMentionsList()).containsExactly("alice");
    assertThat(answer.getTimestamp()).isEqualTo(said);
  }

  @Test
  void moreThanMayBeInFlightIsSlowedAndNothingIsLost() {
    NativeStream alice = join("alice");
    List<String> ids = IntStream.range(0, 500).mapToObj(i -> "m" + i).toList();
    ids.forEach(id -> alice.send(NativeStream.text(id, id)));
    alice.ack("m499");
    assertThat(alice.all(EventCase.ACK))
        .extracting(event -> event.getAck().getMessageId())
        .isEqualTo(ids);
    alice.fence();
    assertThat(alice.texts()).isEqualTo(ids);
  }

  @Test
  void bothDevicesOfAUserGetAMessageAndTheSendingOneTheAck() {
    NativeStream phone = join("alice");
    NativeStream desk = join("alice");
    phone.said("m1", "hello");
    assertThat(desk.message("hello")).isEqualTo(phone.message("hello"));
    desk.fence();
    assertThat(desk.all(EventCase.ACK)).isEmpty();
  }

  @Test
  void clocksThatJumpDisturbNeitherOrderNorAcks() {
    NativeStream alice = join("alice");
    NativeStream bob = join("bob");
    alice.said("m1", "now");
    server.clock().jump(Duration.ofDays(-10_000));
    AckEvent past = alice.said("m2", "long ago");
    server.clock().jump(Duration.ofDays(20_000));
    AckEvent future = alice.said("m3", "some day");
    server.clock().jump(Duration.ofDays(-10_000));
    alice.said("m4", "now again");
    bob.message("now again");
    assertThat(bob.texts()).containsExactly("now", "long ago", "some day", "now again");
    assertThat(future.getSequence()).isEqualTo(past.getSequence() + 1);
    assertThat(past.getServerTimestamp().getSeconds())
        .isLessThan(future.getServerTimestamp().getSeconds());
    assertThat(alice.inbox().hasEnded()).isFalse();
  }
}
