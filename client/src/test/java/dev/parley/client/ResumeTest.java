package dev.parley.client;

import static dev.parley.client.Protos.caughtUp;
import static dev.parley.client.Protos.joined;
import static dev.parley.client.Protos.message;
import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.v1.Capability;
import dev.parley.chat.v1.ChatEvent;
import dev.parley.chat.v1.RoomClosedEvent;
import dev.parley.chat.v1.RoomPosition;
import io.grpc.Status;
import org.junit.jupiter.api.Test;

class ResumeTest {

  @Test
  void connectSendsHelloAndGivesTheWelcome() {
    try (Rig rig = new Rig(b -> b.clientName("test/1"))) {
      assertThat(rig.client.connect().join().getSessionId()).isEqualTo("session-1");
      assertThat(rig.server.last().hello().getSender().getId()).isEqualTo("me");
      assertThat(rig.server.last().hello().getHello().getClientName()).isEqualTo("test/1");
      assertThat(rig.server.last().hello().getHello().getCapabilitiesList())
          .containsExactly(Capability.CAPABILITY_BATCH);
      assertThat(rig.states).hasSize(2).first().isEqualTo(new ConnectionState.Connecting(1));
    }
  }

  @Test
  void batchesArriveAsSingleEvents() {
    try (Rig rig = new Rig().connectedTo("a")) {
      rig.server.last().sendBatch(message("a", 1), message("a", 2));
      rig.server.last().send(message("a", 3));
      assertThat(rig.sequences()).containsExactly(1L, 2L, 3L);
      assertThat(rig.events).allMatch(e -> e.getBatchCount() == 0);
    }
  }

  @Test
  void afterABreakTheClientNamesWhatItHasSeen() {
    try (Rig rig = new Rig().connectedTo("a")) {
      rig.server.last().send(message("a", 1), message("a", 2));
      rig.server.last().fail(Status.UNAVAILABLE);
      rig.reconnect();
      assertThat(rig.server.streams).hasSize(2);
      assertThat(rig.server.last().hello().getHello().getRoomsList())
          .containsExactly(
              RoomPosition.newBuilder().setRoomId("a").setSequence(2).setEpoch(1).build());
    }
  }

  @Test
  void whatTheServerRepeatsAfterAResumeIsDropped() {
    try (Rig rig = new Rig().connectedTo("a")) {
      rig.server.last().send(message("a", 1), message("a", 2));
      rig.server.last().fail(Status.INTERNAL);
      rig.reconnect();
      rig.server.last().send(joined("a", "", 1, 1, 3, false));
      rig.server.last().sendBatch(message("a", 2), message("a", 3), caughtUp("a", 3));
      assertThat(rig.sequences()).containsExactly(1L, 2L, 3L);
    }
  }

  @Test
  void gapForcesAResumeFromTheLastGoodSequence() {
    try (Rig rig = new Rig().connectedTo("a")) {
      rig.server.last().sendBatch(message("a", 1), message("a", 3), message("a", 4));
      assertThat(rig.sequences()).containsExactly(1L);
      assertThat(rig.server.last().cancelled).isTrue();
      assertThat(rig.states(ConnectionState.Reconnecting.class).getLast().cause().reason())
          .isEqualTo("CLIENT_PROTOCOL_VIOLATION");
      rig.reconnect();
      assertThat(rig.server.last().hello().getHello().getRooms(0).getSequence()).isEqualTo(1);
    }
  }

  @Test
  void missingTailIsAGapToo() {
    try (Rig rig = new Rig().connectedTo("a")) {
      rig.server.last().send(message("a", 1), caughtUp("a", 2));
      assertThat(rig.server.last().cancelled).isTrue();
    }
  }

  @Test
  void resetBeginsAnew() {
    try (Rig rig = new Rig().connectedTo("a")) {
      rig.server.last().send(message("a", 1), message("a", 2));
      rig.server.last().fail(Status.UNAVAILABLE);
      rig.reconnect();
      rig.server.last().send(joined("a", "", 2, 0, 1, true), message("a", 1));
      assertThat(rig.sequences()).containsExactly(1L, 2L, 1L);
      rig.server.last().fail(Status.UNAVAILABLE);
      rig.reconnect();
      assertThat(rig.server.last().hello().getHello().getRooms(0))
          .isEqualTo(RoomPosition.newBuilder().setRoomId("a").setSequence(1).setEpoch(2).build());
    }
  }

  @Test
  void closedRoomIsNotResumed() {
    try (Rig rig = new Rig().connectedTo("a")) {
      rig.server
          .last()
          .send(
              ChatEvent.newBuilder()
                  .setRoomClosed(RoomClosedEvent.newBuilder().setRoomId("a").setReason("REMOVED"))
                  .build());
      rig.server.last().fail(Status.UNAVAILABLE);
      rig.reconnect();
      assertThat(rig.server.last().hello().getHello().getRoomsList()).isEmpty();
    }
  }

  @Test
  void roomThatTheServerNoLongerAllowsIsForgottenAndTold() {
    try (Rig rig = new Rig().connectedTo("a")) {
      rig.server.last().fail(Status.UNAVAILABLE);
      rig.reconnect();
      var room = rig.server.last().hello().toBuilder().setRoomId("a").build();
      rig.server.last().send(Protos.refusal(room, Status.Code.NOT_FOUND, "ROOM_DELETED"));
      assertThat(rig.events).singleElement().matches(ChatEvent::hasError);
      rig.server.last().fail(Status.UNAVAILABLE);
      rig.reconnect();
      assertThat(rig.server.last().hello().getHello().getRoomsList()).isEmpty();
    }
  }

  @Test
  void roomThatCannotBeResumedForTheMomentIsJoinedLater() {
    try (Rig rig = new Rig().connectedTo("a")) {
      rig.server.last().send(message("a", 1));
      rig.server.last().fail(Status.UNAVAILABLE);
      rig.reconnect();
      var room = rig.server.last().hello().toBuilder().setRoomId("a").build();
      rig.server.last().send(Protos.refusal(room, Status.Code.UNAVAILABLE, "OVERLOADED", 2_000));
      rig.advance(2_000);
      var join = rig.server.last().received.getLast();
      assertThat(join.getJoin().getAfterSequence()).isEqualTo(1);
      rig.server.last().send(joined(join, 1, 2), message("a", 2));
      assertThat(rig.sequences()).containsExactly(1L, 2L);
    }
  }

  @Test
  void joiningAgainStartsTheRoomAnew() {
    try (Rig rig = new Rig().connectedTo("a")) {
      rig.server.last().send(message("a", 1), message("a", 2));
      var again = rig.client.join("a", JoinFrom.history(1));
      rig.server.last().send(joined(rig.server.last().received.getLast(), 1, 2), message("a", 2));
      assertThat(again).isCompleted();
      assertThat(rig.sequences()).containsExactly(1L, 2L, 2L);
    }
  }

  @Test
  void statusIsKeptForTheNextStream() {
    try (Rig rig = new Rig().connectedTo("a")) {
      rig.forget(rig.client.status(dev.parley.chat.v1.UserStatus.USER_STATUS_BUSY));
      rig.server.last().send(Protos.ack(rig.server.last().received.getLast(), 0));
      rig.server.last().fail(Status.UNAVAILABLE);
      rig.reconnect();
      assertThat(rig.server.last().hello().getSender().getStatus())
          .isEqualTo(dev.parley.chat.v1.UserStatus.USER_STATUS_BUSY);
    }
  }

  @Test
  void ownMessagesWithoutEchoAreNoGap() {
    try (Rig rig = new Rig(ClientBuilder::withoutEcho).connectedTo("a")) {
      rig.forget(rig.client.send("a", "hello"));
      var request = rig.server.last().received.getLast();
      rig.server.last().send(message("a", 1), message("a", 3));
      rig.server.last().send(Protos.ack(request, 2), message("a", 4));
      assertThat(rig.sequences()).containsExactly(1L, 3L, 4L);
      assertThat(rig.server.streams).hasSize(1);
    }
  }

  @Test
  void ackThatExplainsNoGapWithoutEchoIsAViolation() {
    try (Rig rig = new Rig(ClientBuilder::withoutEcho).connectedTo("a")) {
      rig.forget(rig.client.send("a", "hello"));
      var request = rig.server.last().received.getLast();
      rig.server.last().send(message("a", 1), message("a", 3), Protos.ack(request, 4));
      assertThat(rig.server.last().cancelled).isTrue();
      rig.reconnect();
      assertThat(rig.server.last().hello().getHello().getRooms(0).getSequence()).isEqualTo(1);
      rig.server.last().send(joined("a", "", 1, 1, 4, false), message("a", 2), message("a", 3));
      assertThat(rig.sequences()).containsExactly(1L, 3L, 2L);
    }
  }
}
