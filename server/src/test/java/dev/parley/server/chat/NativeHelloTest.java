package dev.parley.server.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.google.protobuf.Duration;
import dev.parley.chat.v1.Capability;
import dev.parley.chat.v1.ChatEvent.EventCase;
import dev.parley.chat.v1.ChatRequest;
import dev.parley.chat.v1.ErrorEvent;
import dev.parley.chat.v1.Hello;
import dev.parley.chat.v1.Limits;
import dev.parley.chat.v1.Ping;
import dev.parley.chat.v1.RoomPosition;
import dev.parley.chat.v1.User;
import dev.parley.chat.v1.WelcomeEvent;
import dev.parley.core.error.Reason;
import dev.parley.server.ServerExtension;
import dev.parley.server.config.Setting;
import io.grpc.ManagedChannel;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// How a native stream begins.
class NativeHelloTest {
  @RegisterExtension
  private final ServerExtension server =
      new ServerExtension()
          .with(Setting.MAX_ROOMS_PER_STREAM, "3")
          .with(Setting.MAX_IN_FLIGHT, "7")
          .with(Setting.MAX_FRAME_BYTES, "100000")
          .with(Setting.PING_INTERVAL, "20s");

  private WelcomeEvent welcome(ChatRequest.Builder hello) {
    return NativeStream.silent(server.connect()).send(hello).await(EventCase.WELCOME).getWelcome();
  }

  private Reason endAfter(ChatRequest.Builder first) {
    NativeStream stream = NativeStream.silent(server.connect()).send(first);
    return NativeCalls.reason(stream.inbox().end());
  }

  @Test
  void theWelcomeTellsWhatTheClientMayDo() {
    WelcomeEvent welcome = welcome(NativeStream.hello("alice"));
    assertThat(welcome.getLimits())
        .isEqualTo(
            Limits.newBuilder()
                .setMaxRequestBytes(100_000)
                .setMaxTextBytes(65_536)
                .setMaxRooms(3)
                .setMaxInFlight(7)
                .build());
    assertThat(welcome.getPingInterval()).isEqualTo(Duration.newBuilder().setSeconds(20).build());
    assertThat(welcome.getServerVersion()).isEqualTo("test");
    assertThat(welcome.getServerTime().getSeconds()).isPositive();
  }

  @Test
  void everyStreamHasASessionIdOfItsOwn() {
    assertThat(welcome(NativeStream.hello("alice")).getSessionId())
        .isNotEmpty()
        .isNotEqualTo(welcome(NativeStream.hello("alice")).getSessionId());
  }

  @Test
  void namesThatAreMissingAreThoseThatAreThere() {
    User known = welcome(NativeStream.hello("alice")).getUser();
    assertThat(known.getUsername()).isEqualTo("alice");
    assertThat(known.getDisplayName()).isEqualTo("alice");
    User named =
        welcome(
                NativeStream.hello("bob")
                    .setSender(User.newBuilder().setId("bob").setUsername("Bobby")))
            .getUser();
    assertThat(named.getUsername()).isEqualTo("Bobby");
    assertThat(named.getDisplayName()).isEqualTo("Bobby");
  }

  @Test
  void onlyWhatIsKnownOfTheWantedCapabilitiesIsGranted() {
    Hello.Builder all =
        Hello.newBuilder().addCapabilitiesValue(99).addCapabilities(Capability.CAPABILITY_BATCH);
    assertThat(welcome(NativeStream.hello("alice", all)).getCapabilitiesList())
        .containsExactly(Capability.CAPABILITY_BATCH);
    assertThat(welcome(NativeStream.hello("alice", Hello.newBuilder())).getCapabilitiesList())
        .isEmpty();
  }

  @Test
  void theUserMayBeNamedByMetadataInstead() {
    NativeStream stream =
        NativeStream.silent(NativeCalls.named("alice", server.connect()))
            .send(ChatRequest.newBuilder().setHello(Hello.getDefaultInstance()));
    assertThat(stream.await(EventCase.WELCOME).getWelcome().getUser().getId()).isEqualTo("alice");
  }

  @Test
  void aFirstFrameThatIsNoHelloEndsTheStream() {
    assertThat(endAfter(NativeStream.text("m1", "hi"))).isEqualTo(Reason.HELLO_EXPECTED);
    assertThat(endAfter(ChatRequest.newBuilder().setPing(Ping.getDefaultInstance())))
        .isEqualTo(Reason.HELLO_EXPECTED);
    assertThat(endAfter(ChatRequest.newBuilder())).isEqualTo(Reason.HELLO_EXPECTED);
  }

  @Test
  void aHelloThatNamesNobodyOrNobodyProperEndsTheStream() {
    ChatRequest.Builder hello = ChatRequest.newBuilder().setHello(Hello.getDefaultInstance());
    assertThat(endAfter(hello)).isEqualTo(Reason.UNAUTHENTICATED);
    assertThat(endAfter(hello.setSender(User.getDefaultInstance())))
        .isEqualTo(Reason.INVALID_REQUEST);
    assertThat(endAfter(NativeStream.hello("white space"))).isEqualTo(Reason.INVALID_REQUEST);
    assertThat(endAfter(NativeStream.hello("x".repeat(129)))).isEqualTo(Reason.TOO_LARGE);
    assertThat(endAfter(NativeStream.hello("ä".repeat(65)))).isEqualTo(Reason.TOO_LARGE);
  }

  @Test
  void aHelloWithTooMuchInItEndsTheStream() {
    ChatRequest.Builder hello = NativeStream.hello("alice");
    for (int i = 0; i < 4; i++) {
      hello.getHelloBuilder().addRooms(RoomPosition.newBuilder().setRoomId("general"));
    }
    assertThat(endAfter(hello)).isEqualTo(Reason.TOO_LARGE);
    ChatRequest.Builder client = NativeStream.hello("alice");
    client.getHelloBuilder().setClientName("x".repeat(129));
    assertThat(endAfter(client)).isEqualTo(Reason.TOO_LARGE);
  }

  @Test
  void aStreamThatSaysNothingIsEnded() {
    ManagedChannel channel = server.connect();
    NativeStream silent = NativeStream.silent(channel);
    NativeStream.open(channel, "alice"); // so the server knows of the one before
    server.clock().advance(java.time.Duration.ofSeconds(11));
    assertThat(NativeCalls.reason(silent.inbox().end())).isEqualTo(Reason.IDLE);
  }

  @Test
  void aSecondHelloIsRefusedAndChangesNothing() {
    NativeStream alice = NativeStream.joined(server.connect(), "alice");
    ErrorEvent error = alice.refused(NativeStream.hello("bob").setId("again"));
    assertThat(error.getReason()).isEqualTo("HELLO_REPEATED");
    assertThat(error.getAdvice()).isEqualTo(Reason.HELLO_REPEATED.advice());
    alice.said("m1", "still alice");
    assertThat(alice.message("still alice").getMessage().getSender().getId()).isEqualTo("alice");
  }

  @Test
  void aRoomOfHelloThatIsRefusedIsToldAndTheOthersAreEntered() {
    ChatRequest.Builder hello = NativeStream.hello("alice");
    for (String room : List.of("nowhere", "", "general")) {
      hello.getHelloBuilder().addRooms(RoomPosition.newBuilder().setRoomId(room));
    }
    NativeStream alice = NativeStream.open(server.connect(), hello);
    assertThat(alice.await(EventCase.ROOM_JOINED).getRoomJoined().getRoom().getId())
        .isEqualTo("general");
    alice.fence();
    assertThat(alice.all(EventCase.ERROR))
        .extracting(
            e -> e.getError().getRequestId() + e.getError().getRoomId(),
            e -> e.getError().getReason())
        .contains(tuple("nowhere", "ROOM_NOT_FOUND"), tuple("", "INVALID_REQUEST"));
  }
}
