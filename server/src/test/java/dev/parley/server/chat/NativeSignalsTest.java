package dev.parley.server.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.v1.ChatEvent;
import dev.parley.chat.v1.ChatEvent.EventCase;
import dev.parley.chat.v1.ChatRequest;
import dev.parley.chat.v1.Ping;
import dev.parley.chat.v1.UserStatus;
import dev.parley.core.error.Reason;
import dev.parley.server.ServerExtension;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Typing, status, and signs of life.
class NativeSignalsTest {
  @RegisterExtension private final ServerExtension server = new ServerExtension();

  private NativeStream alice;
  private NativeStream bob;

  @BeforeEach
  void enter() {
    alice = NativeStream.joined(server.connect(), "alice");
    bob = NativeStream.joined(server.connect(), "bob");
  }

  private static ChatRequest.Builder ping(long nonce) {
    return ChatRequest.newBuilder().setPing(Ping.newBuilder().setNonce(nonce));
  }

  @Test
  void typingIsToldToTheOthersOnly() {
    NativeStream desk = NativeStream.joined(server.connect(), "alice");
    alice.send(NativeStream.typing(true));
    ChatEvent typing = bob.await(EventCase.USER_TYPING);
    assertThat(typing.getUserTyping().getUser().getId()).isEqualTo("alice");
    assertThat(typing.getUserTyping().getRoomId()).isEqualTo("general");
    assertThat(typing.getUserTyping().getIsTyping()).isTrue();
    assertThat(typing.getSequence()).isZero();
    alice.send(NativeStream.typing(false));
    assertThat(bob.await(EventCase.USER_TYPING).getUserTyping().getIsTyping()).isFalse();
    alice.fence();
    desk.fence();
    assertThat(alice.all(EventCase.USER_TYPING)).isEmpty();
    assertThat(desk.all(EventCase.USER_TYPING)).isEmpty();
    assertThat(alice.all(EventCase.ACK)).isEmpty();
  }

  @Test
  void typingIsNoMessageAndTakesNoSequence() {
    alice.send(NativeStream.typing(true));
    bob.await(EventCase.USER_TYPING);
    long first = alice.said("m1", "one").getSequence();
    alice.send(NativeStream.typing(true));
    assertThat(alice.said("m2", "two").getSequence()).isEqualTo(first + 1);
  }

  @Test
  void typingInARoomThatOneIsNotInIsRefused() {
    ChatRequest.Builder typing = NativeStream.typing(true).setId("t1").setRoomId("random");
    assertThat(alice.refused(typing).getReason()).isEqualTo("NOT_A_MEMBER");
  }

  @Test
  void aStatusIsToldOnceForEachRoomThatIsShared() {
    alice.join("random");
    bob.join("random");
    assertThat(alice.done(NativeStream.status("s1", UserStatus.USER_STATUS_BUSY)).getRoomId())
        .isEmpty();
    bob.await(EventCase.USER_STATUS);
    bob.await(EventCase.USER_STATUS);
    assertThat(bob.all(EventCase.USER_STATUS))
        .extracting(event -> event.getUserStatus().getRoomId())
        .containsExactlyInAnyOrder("general", "random");
    assertThat(bob.all(EventCase.USER_STATUS))
        .extracting(event -> event.getUserStatus().getUser().getStatus())
        .containsOnly(UserStatus.USER_STATUS_BUSY);
  }

  @Test
  void theSameStatusAgainIsNotTold() {
    alice.done(NativeStream.status("s1", UserStatus.USER_STATUS_BUSY));
    bob.await(EventCase.USER_STATUS);
    alice.done(NativeStream.status("s2", UserStatus.USER_STATUS_BUSY));
    server.clock().advance(Duration.ofSeconds(1)); // so that it would have been told
    alice.fence();
    alice.done(NativeStream.status("s3", UserStatus.USER_STATUS_AWAY));
    bob.await(EventCase.USER_STATUS);
    assertThat(bob.all(EventCase.USER_STATUS))
        .extracting(event -> event.getUserStatus().getUser().getStatus())
        .containsExactly(UserStatus.USER_STATUS_BUSY, UserStatus.USER_STATUS_AWAY);
  }

  @Test
  void offlineIsSeenAsAway() {
    alice.done(NativeStream.status("s1", UserStatus.USER_STATUS_OFFLINE));
    assertThat(bob.await(EventCase.USER_STATUS).getUserStatus().getUser().getStatus())
        .isEqualTo(UserStatus.USER_STATUS_AWAY);
  }

  @Test
  void aPingIsAnsweredWithItsNonce() {
    for (long nonce : new long[] {0, 1, -1, Long.MAX_VALUE}) {
      alice.send(ping(nonce));
      assertThat(alice.await(EventCase.PONG).getPong().getNonce()).isEqualTo(nonce);
    }
  }

  @Test
  void aQuietClientIsPingedAndLivesIfItAnswers() {
    for (int i = 0; i < 3; i++) {
      server.clock().advance(Duration.ofSeconds(26));
      alice.await(EventCase.PING); // which answers it
      alice.fence();
    }
    alice.said("m1", "still here");
  }

  @Test
  void aClientThatAnswersNoPingIsEnded() {
    server.clock().advance(Duration.ofSeconds(26));
    alice.inbox().await(ChatEvent::hasPing); // without an answer
    server.clock().advance(Duration.ofSeconds(11));
    assertThat(NativeCalls.reason(alice.inbox().end())).isEqualTo(Reason.IDLE);
  }

  @Test
  void wallClockJumpsEndNoStream() {
    server.clock().jump(Duration.ofDays(365));
    alice.send(ping(1)).await(EventCase.PONG);
    server.clock().jump(Duration.ofDays(-730));
    alice.send(ping(2)).await(EventCase.PONG);
    alice.said("m1", "still here");
    bob.message("still here");
    assertThat(bob.all(EventCase.PING)).isEmpty();
  }
}
