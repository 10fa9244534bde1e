package dev.parley.server.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.v1.ChatRequest;
import dev.parley.chat.v1.Ping;
import dev.parley.chat.v1.Pong;
import dev.parley.classic.ChatEvent;
import dev.parley.classic.ChatEvent.EventCase;
import dev.parley.classic.User;
import dev.parley.server.ServerExtension;
import io.grpc.ManagedChannel;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Coming and going on classic streams.
class ClassicPresenceTest {
  @RegisterExtension private final ServerExtension server = new ServerExtension();

  private ClassicStream alice;

  @BeforeEach
  void enter() {
    alice = ClassicStream.joined(server.connect(), "alice");
  }

  @Test
  void joiningIsToldToTheOthersOnceAndNotToTheJoiner() {
    ClassicStream bob = ClassicStream.joined(server.connect(), "bob");
    User joined = alice.await(EventCase.USER_JOINED).getUserJoined().getUser();
    assertThat(joined.getId()).isEqualTo("bob");
    assertThat(joined.getUsername()).isEqualTo("bob-name");
    assertThat(bob.join("general").getSuccess()).isTrue();
    bob.said("m1", "fence");
    alice.message("fence");
    assertThat(alice.all(EventCase.USER_JOINED)).hasSize(1);
    assertThat(bob.all(EventCase.USER_JOINED)).isEmpty();
  }

  @Test
  void joiningIsToldAgainAfterLeaving() {
    ClassicStream bob = ClassicStream.joined(server.connect(), "bob");
    alice.await(EventCase.USER_JOINED);
    assertThat(bob.leave("general").getSuccess()).isTrue();
    assertThat(alice.await(EventCase.USER_LEFT).getUserLeft().getUser().getId()).isEqualTo("bob");
    bob.join("general");
    assertThat(alice.await(EventCase.USER_JOINED).getUserJoined().getRoomId()).isEqualTo("general");
  }

  @Test
  void whoHasLeftGetsNothingMoreOfTheRoomAndMaySayNothingInIt() {
    ClassicStream bob = ClassicStream.joined(server.connect(), "bob");
    bob.leave("general");
    alice.said("m1", "secret");
    bob.say("m2", "hello?");
    assertThat(bob.await(EventCase.ERROR).getError().getCode()).isEqualTo(7);
    assertThat(bob.texts()).isEmpty();
  }

  @Test
  void cancellingTheStreamIsToldAsLeaving() {
    ClassicStream bob = ClassicStream.joined(server.connect(), "bob");
    bob.cancel();
    assertThat(alice.await(EventCase.USER_LEFT).getUserLeft().getUser().getUsername())
        .isEqualTo("bob-name");
    assertThat(alice.online("general")).containsExactly("alice");
  }

  @Test
  void droppingTheConnectionIsToldAsLeaving() {
    ManagedChannel channel = server.connect();
    ClassicStream.joined(channel, "bob");
    channel.shutdownNow();
    alice.await(EventCase.USER_LEFT);
  }

  @Test
  void halfClosingIsToldAsLeaving() {
    ClassicStream bob = ClassicStream.joined(server.connect(), "bob");
    bob.inbox().call().onCompleted();
    alice.await(EventCase.USER_LEFT);
    assertThat(bob.inbox().end().getStatus().isOk()).isTrue();
  }

  @Test
  void eachUserIsOnlineOnceHoweverManyStreams() {
    ClassicStream.joined(server.connect(), "bob");
    ClassicStream second = ClassicStream.joined(server.connect(), "bob");
    assertThat(second.online("general")).containsExactly("alice", "bob");
    assertThat(second.online("random")).isEmpty();
    assertThat(second.online("no-such-room")).isEmpty();
  }

  @Test
  void aSecondStreamOfAUserWorksBesideTheFirstAndGoesOnAlone() {
    ClassicStream first = ClassicStream.joined(server.connect(), "bob");
    ClassicStream second = ClassicStream.joined(server.connect(), "bob");
    alice.said("m1", "to both");
    first.message("to both");
    second.message("to both");
    first.said("m2", "from the first");
    second.message("from the first");
    second.cancel();
    first.said("m3", "the first goes on");
    alice.message("the first goes on");
    assertThat(alice.all(EventCase.USER_JOINED)).hasSize(1);
    assertThat(alice.all(EventCase.USER_LEFT)).isEmpty();
    first.cancel();
    alice.await(EventCase.USER_LEFT);
  }

  @Test
  void reconnectingAtOnceWithTheSameIdWorksTwentyTimes() {
    for (int i = 0; i < 20; i++) {
      ClassicStream bob = ClassicStream.joined(server.connect(), "bob");
      bob.said("m" + i, "again " + i);
      alice.message("again " + i);
      bob.message("again " + i);
      bob.cancel();
    }
  }

  @Test
  void aSilentStreamLivesWithoutHeartbeats() {
    NativeStream witness = NativeStream.open(server.connect(), "witness");
    for (int nonce = 1; nonce <= 3; nonce++) {
      Ping ping = Ping.newBuilder().setNonce(nonce).build();
      witness.send(ChatRequest.newBuilder().setPing(ping));
      witness.await(
          event -> event.getPong().equals(Pong.newBuilder().setNonce(ping.getNonce()).build()));
      server.clock().advance(Duration.ofSeconds(30));
      witness.await(dev.parley.chat.v1.ChatEvent.EventCase.PING);
    }
    alice.said("m1", "still here");
  }

  @Test
  void aClassicClientSeesOnlyEventsOfItsProtocol() {
    NativeStream bob = NativeStream.joined(server.connect(), "bob");
    bob.said("m1", "first");
    bob.said("m2", "second");
    bob.done(NativeStream.request("e1").setEdit(edit("m1")).setContent(content("changed")));
    bob.done(NativeStream.request("r1").setReact(react("m1")));
    bob.done(NativeStream.request("d1").setDelete(delete("m2")));
    bob.done(ChatRequest.newBuilder().setId("s1").setStatus(busy()));
    bob.send(NativeStream.request("").setRead(dev.parley.chat.v1.Read.newBuilder().setSequence(3)));
    bob.send(NativeStream.request("").setTyping(typing()));
    alice.await(EventCase.USER_TYPING);
    alice.say("", "/users");
    alice.said("m3", "fence");
    List<ChatEvent> all = alice.all();
    assertThat(all).allSatisfy(ClassicPresenceTest::isUnderstood);
    assertThat(alice.history("general", 50, ""))
        .extracting(message -> message.getContent().getText())
        .containsExactly("changed", "fence");
  }

  /// What the printed client would not crash on.
  private static void isUnderstood(ChatEvent event) {
    assertThat(event.getUnknownFields().hasField(31)).as("batch").isFalse();
    switch (event.getEventCase()) {
      case MESSAGE -> {
        assertThat(event.getMessage().hasContent()).isTrue();
        assertThat(event.getMessage().getContent().hasSystem() || event.getMessage().hasSender())
            .isTrue();
      }
      case USER_JOINED -> assertThat(event.getUserJoined().hasUser()).isTrue();
      case USER_LEFT -> assertThat(event.getUserLeft().hasUser()).isTrue();
      case USER_TYPING -> assertThat(event.getUserTyping().hasUser()).isTrue();
      case MESSAGE_READ -> assertThat(event.getMessageRead().hasReader()).isTrue();
      case ERROR, ACK -> {}
      case EVENT_NOT_SET -> throw new AssertionError("an event that the protocol does not have");
    }
  }

  private static dev.parley.chat.v1.Edit edit(String id) {
    return dev.parley.chat.v1.Edit.newBuilder().setMessageId(id).build();
  }

  private static dev.parley.chat.v1.MessageContent content(String text) {
    return dev.parley.chat.v1.MessageContent.newBuilder().setText(text).build();
  }

  private static dev.parley.chat.v1.React react(String id) {
    return dev.parley.chat.v1.React.newBuilder().setMessageId(id).setEmoji("+1").build();
  }

  private static dev.parley.chat.v1.Delete delete(String id) {
    return dev.parley.chat.v1.Delete.newBuilder().setMessageId(id).build();
  }

  private static dev.parley.chat.v1.SetStatus busy() {
    return dev.parley.chat.v1.SetStatus.newBuilder()
        .setStatus(dev.parley.chat.v1.UserStatus.USER_STATUS_BUSY)
        .build();
  }

  private static dev.parley.chat.v1.Typing typing() {
    return dev.parley.chat.v1.Typing.newBuilder().setIsTyping(true).build();
  }
}
