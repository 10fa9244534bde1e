package dev.parley.cli.replay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.v1.ChatEvent;
import dev.parley.chat.v1.ChatMessage;
import dev.parley.chat.v1.Room;
import dev.parley.chat.v1.RoomJoinedEvent;
import org.junit.jupiter.api.Test;

class DeliveryCheckTest {
  private static final MessageNames NAMES = new MessageNames("run");

  private final DeliveryCheck check = new DeliveryCheck(3);
  private final Member ann = new Member("ann", "room", NAMES, check);
  private final Member bob = new Member("bob", "room", NAMES, check);

  @Test
  void everythingOnceAndInOneOrderIsNoViolation() {
    for (Member member : new Member[] {ann, bob}) {
      member.onEvent(joined(4));
      member.onEvent(said(5, 1));
      member.onEvent(said(6, 0));
      member.onEvent(said(7, 2));
    }
    check.acked(0, 6, false);

    assertThat(check.violation()).isNull();
    assertThat(ann.firstMissing(3)).isNegative();
    assertThat(ann.count()).isEqualTo(3);
  }

  @Test
  void aMissingMessageIsFound() {
    ann.onEvent(said(1, 0));
    ann.onEvent(said(2, 2));
    assertThat(ann.firstMissing(3)).isEqualTo(1);
    assertThat(ann.firstMissing(1)).isNegative();
  }

  @Test
  void aGapInTheSequenceIsAViolation() {
    ann.onEvent(joined(4));
    ann.onEvent(said(6, 0));
    assertThat(check.violation()).isEqualTo("ann got sequence 6 after 4 (expected: 5)");
  }

  @Test
  void aMessageThatComesTwiceIsAViolation() {
    ann.onEvent(said(1, 0));
    ann.onEvent(said(2, 0));
    assertThat(check.violation()).isEqualTo("ann got message 0 twice");
  }

  @Test
  void twoOrdersAreAViolation() {
    ann.onEvent(said(1, 0));
    bob.onEvent(said(1, 1));
    bob.onEvent(said(2, 0));
    assertThat(check.violation()).isEqualTo("message 0 is at 1, but for bob at 2");
  }

  @Test
  void refusalsForeignAcksAndForgettingAreViolations() {
    check.refused(1, "too long");
    assertThat(check.violation()).isEqualTo("message 1 was refused: too long");

    var second = new DeliveryCheck(1);
    second.acked(0, 1, true);
    assertThat(second.violation()).contains("as said before");

    var third = new DeliveryCheck(1);
    new Member("ann", "room", NAMES, third).onEvent(said(1, 5));
    assertThat(third.violation()).contains("never sent");
  }

  @Test
  void messagesOfOthersAreNoneOfOurs() {
    ann.onEvent(
        ChatEvent.newBuilder()
            .setSequence(1)
            .setMessage(ChatMessage.newBuilder().setId("other.0"))
            .build());
    assertThat(check.violation()).isNull();
    assertThat(ann.count()).isZero();
  }

  private static ChatEvent joined(long after) {
    return ChatEvent.newBuilder()
        .setRoomJoined(
            RoomJoinedEvent.newBuilder()
                .setRoom(Room.newBuilder().setId("room"))
                .setAfterSequence(after))
        .build();
  }

  private static ChatEvent said(long sequence, int number) {
    return ChatEvent.newBuilder()
        .setSequence(sequence)
        .setMessage(ChatMessage.newBuilder().setId(NAMES.id(number)).setSequence(sequence))
        .build();
  }
}
