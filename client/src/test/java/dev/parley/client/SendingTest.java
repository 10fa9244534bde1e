package dev.parley.client;

import static dev.parley.client.Protos.ack;
import static dev.parley.client.Protos.message;
import static dev.parley.client.Protos.refusal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.chat.v1.AckEvent;
import dev.parley.chat.v1.ChatRequest;
import io.grpc.Status;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class SendingTest {

  @Test
  void ackCompletesTheFuture() {
    try (Rig rig = new Rig().connectedTo("a")) {
      CompletableFuture<AckEvent> sent =
          rig.client.send(
              OutgoingMessage.text("a", "hello")
                  .withId("id-1")
                  .inReplyTo("m0")
                  .mentioning(List.of("you"))
                  .at(Instant.ofEpochSecond(5, 7)));
      ChatRequest request = rig.server.last().received.getLast();
      assertThat(request.getContent().getText()).isEqualTo("hello");
      assertThat(request.getReplyToId()).isEqualTo("m0");
      assertThat(request.getMentionsList()).containsExactly("you");
      assertThat(request.getTimestamp().getSeconds()).isEqualTo(5);
      assertThat(sent).isNotDone();
      rig.server.last().send(ack(request, 17));
      assertThat(sent.join().getSequence()).isEqualTo(17);
      assertThat(rig.events).isEmpty();
    }
  }

  @Test
  void unansweredRequestsAreSentAgainInOrderWithTheSameIds() {
    try (Rig rig = new Rig().connectedTo("a")) {
      List<String> ids = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        ids.add("id-" + i);
        rig.forget(rig.client.send(OutgoingMessage.text("a", "text").withId("id-" + i)));
      }
      assertThat(rig.server.last().messageIds()).isEqualTo(ids);
      rig.server.last().send(ack(rig.server.last().received.get(2), 1));
      rig.server.last().fail(Status.UNAVAILABLE);
      rig.reconnect();
      assertThat(rig.server.last().messageIds()).isEqualTo(ids.subList(1, 5));
    }
  }

  @Test
  void requestsMadeWithoutConnectionGoOutAfterTheWelcome() {
    try (Rig rig = new Rig()) {
      rig.server.onHello = (stream, hello) -> {};
      rig.forget(rig.client.send("a", "early"));
      rig.forget(rig.client.connect());
      rig.forget(rig.client.send("a", "still early"));
      assertThat(rig.server.last().requests()).isEmpty();
      rig.server.last().welcome();
      assertThat(rig.server.last().requests()).hasSize(2);
    }
  }

  @Test
  void noMoreInFlightThanTheServerAllows() {
    try (Rig rig = new Rig().connectedTo("a")) {
      for (int i = 0; i < 100; i++) {
        rig.forget(rig.client.send("a", "text " + i));
      }
      for (int answered = 0; answered < 100; answered++) {
        List<ChatRequest> messages =
            rig.server.last().requests().stream().filter(ChatRequest::hasContent).toList();
        assertThat(messages).hasSize(Math.min(100, answered + 8));
        rig.server.last().send(ack(messages.get(answered), answered + 1));
      }
    }
  }

  @Test
  void refusalFailsTheFutureWithWhatTheServerSaid() {
    try (Rig rig = new Rig().connectedTo("a")) {
      CompletableFuture<AckEvent> sent = rig.client.send("a", "hello");
      ChatRequest request = rig.server.last().received.getLast();
      rig.server.last().send(refusal(request, Status.Code.PERMISSION_DENIED, "NOT_A_MEMBER"));
      assertThatThrownBy(sent::join)
          .hasCauseInstanceOf(ParleyException.class)
          .extracting(Throwable::getCause, failure())
          .satisfies(
              e -> {
                assertThat(e.code()).isEqualTo(Status.Code.PERMISSION_DENIED);
                assertThat(e.reason()).isEqualTo("NOT_A_MEMBER");
                assertThat(e.advice()).isEqualTo("do something else");
                assertThat(e.requestId()).isEqualTo(request.getId());
                assertThat(e.isTransient()).isFalse();
              });
      assertThat(rig.server.streams).hasSize(1);
    }
  }

  @Test
  void refusalForTheMomentIsTriedAgainBeforeLaterMessagesOfTheRoom() {
    try (Rig rig = new Rig().connectedTo("a")) {
      CompletableFuture<AckEvent> sent =
          rig.client.send(OutgoingMessage.text("a", "1").withId("a1"));
      ChatRequest request = rig.server.last().received.getLast();
      rig.server.last().send(refusal(request, Status.Code.RESOURCE_EXHAUSTED, "OVERLOADED", 1_500));
      rig.forget(rig.client.send(OutgoingMessage.text("a", "2").withId("a2")));
      rig.forget(rig.client.send(OutgoingMessage.text("b", "1").withId("b1")));
      assertThat(rig.server.last().messageIds()).containsExactly("a1", "b1");
      rig.advance(1_499);
      assertThat(rig.server.last().messageIds()).hasSize(2);
      rig.advance(1);
      assertThat(rig.server.last().messageIds()).containsExactly("a1", "b1", "a1", "a2");
      assertThat(sent).isNotDone();
      rig.server.last().send(ack(request, 1));
      assertThat(sent).isCompleted();
    }
  }

  @Test
  void refusalBecauseOfDrainIsSentAgainToTheNextServer() {
    try (Rig rig = new Rig().connectedTo("a")) {
      CompletableFuture<AckEvent> sent = rig.client.send("a", "hello");
      ChatRequest request = rig.server.last().received.getLast();
      rig.server.last().send(refusal(request, Status.Code.UNAVAILABLE, "DRAINING"));
      rig.reconnect();
      assertThat(rig.server.streams).hasSize(2);
      assertThat(rig.server.last().messageIds()).containsExactly(request.getId());
      assertThat(sent).isNotDone();
    }
  }

  @Test
  void requestThatTheServerCannotTakeIsNeverSent() {
    try (Rig rig = new Rig().connectedTo("a")) {
      CompletableFuture<AckEvent> sent = rig.client.send("a", "x".repeat(200_000));
      assertThatThrownBy(sent::join).cause().hasMessageContaining("TOO_LARGE");
      assertThat(rig.server.last().messageIds()).isEmpty();
    }
  }

  @Test
  void fullOutboxRefusesAndTakesAgainAfterAnAnswer() {
    try (Rig rig = new Rig(b -> b.outbox(2, 1_000)).connectedTo("a")) {
      rig.forget(rig.client.send("a", "1"));
      rig.forget(rig.client.send("a", "2"));
      assertThatThrownBy(() -> rig.client.send("a", "3").join())
          .hasCauseInstanceOf(OutboxFullException.class)
          .hasMessageContaining("2 of 2 requests");
      rig.server.last().send(ack(rig.server.last().received.getLast(), 1));
      assertThat(rig.client.send("a", "3")).isNotDone();
      assertThat(rig.client.send("a", "x".repeat(2_000))).isCompletedExceptionally();
    }
  }

  @Test
  void sameIdTwiceAtOnceIsRefused() {
    try (Rig rig = new Rig().connectedTo("a")) {
      rig.forget(rig.client.send(OutgoingMessage.text("a", "1").withId("x")));
      assertThat(rig.client.send(OutgoingMessage.text("b", "1").withId("x")))
          .isCompletedExceptionally();
      assertThat(rig.server.last().messageIds()).containsExactly("x");
    }
  }

  @Test
  void everyActionIsSentAsItself() {
    try (Rig rig = new Rig().connectedTo("a")) {
      rig.forget(rig.client.edit("a", MessageRef.byId("m"), "new"));
      rig.forget(rig.client.delete("a", MessageRef.bySequence(4)));
      rig.forget(rig.client.react("a", MessageRef.byId("m"), "+1"));
      rig.forget(rig.client.unreact("a", MessageRef.byId("m"), "+1"));
      rig.forget(rig.client.leave("a"));
      assertThat(rig.server.last().requests().stream().skip(1).map(ChatRequest::getActionCase))
          .containsExactly(
              ChatRequest.ActionCase.EDIT,
              ChatRequest.ActionCase.DELETE,
              ChatRequest.ActionCase.REACT,
              ChatRequest.ActionCase.REACT,
              ChatRequest.ActionCase.LEAVE);
      assertThat(rig.server.last().requests()).noneMatch(r -> r.getId().isEmpty());
    }
  }

  @Test
  void leftRoomIsNotResumed() {
    try (Rig rig = new Rig().connectedTo("a")) {
      rig.forget(rig.client.leave("a"));
      ChatRequest leave = rig.server.last().received.getLast();
      rig.server.last().fail(Status.UNAVAILABLE);
      rig.reconnect();
      assertThat(rig.server.last().hello().getHello().getRoomsList()).isEmpty();
      assertThat(rig.server.last().requests()).containsExactly(leave);
      rig.server.last().send(ack(leave, 0), message("a", 1));
      assertThat(rig.sequences()).isEmpty();
    }
  }

  @Test
  void leavingIsDoneWhenTheAnswerWasLostAndTheRoomIsHiddenNow() {
    try (Rig rig = new Rig().connectedTo("a")) {
      var left = rig.client.leave("a");
      ChatRequest leave = rig.server.last().received.getLast();
      rig.server.last().fail(Status.UNAVAILABLE);
      rig.reconnect();
      rig.server.last().send(refusal(leave, Status.Code.NOT_FOUND, "ROOM_NOT_FOUND"));
      assertThat(left).isCompletedWithValueMatching(ack -> ack.getDuplicate());
    }
  }

  @Test
  void leavingARoomThatOneIsNotInIsRefused() {
    try (Rig rig = new Rig().connectedTo("a")) {
      var left = rig.client.leave("b");
      ChatRequest leave = rig.server.last().received.getLast();
      rig.server.last().send(refusal(leave, Status.Code.NOT_FOUND, "ROOM_NOT_FOUND"));
      assertThat(left).isCompletedExceptionally();
    }
  }

  @Test
  void readPositionsAreToldToTheNextStream() {
    try (Rig rig = new Rig().connectedTo("a")) {
      rig.client.read("a", 5);
      rig.client.read("a", 3);
      assertThat(rig.server.last().requests()).hasSize(2);
      rig.server.last().fail(Status.UNAVAILABLE);
      rig.client.read("a", 7);
      rig.reconnect();
      assertThat(rig.server.last().requests())
          .singleElement()
          .satisfies(r -> assertThat(r.getRead().getSequence()).isEqualTo(7));
    }
  }

  @Test
  void typingIsSentWhenItChangesAndEveryThreeSeconds() {
    try (Rig rig = new Rig().connectedTo("a")) {
      for (int i = 0; i < 40; i++) {
        rig.client.typing("a", true);
        rig.advance(100);
      }
      rig.client.typing("a", false);
      rig.client.typing("a", false);
      assertThat(rig.server.last().requests().stream().filter(ChatRequest::hasTyping))
          .extracting(r -> r.getTyping().getIsTyping())
          .containsExactly(true, true, false);
    }
  }

  private static org.assertj.core.api.InstanceOfAssertFactory<
          ParleyException, org.assertj.core.api.ObjectAssert<ParleyException>>
      failure() {
    return org.assertj.core.api.InstanceOfAssertFactories.type(ParleyException.class);
  }
}
