package dev.parley.server.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.v1.ChatEvent.EventCase;
import dev.parley.chat.v1.ListRoomsRequest;
import dev.parley.chat.v1.MessageReadEvent;
import dev.parley.chat.v1.Read;
import dev.parley.chat.v1.Room;
import dev.parley.server.ServerExtension;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// What was read, and how much was not.
class NativeReadTest {
  @RegisterExtension private final ServerExtension server = new ServerExtension();

  private NativeStream alice;
  private NativeStream bob;
  private long last;

  @BeforeEach
  void say() {
    alice = NativeStream.joined(server.connect(), "alice");
    bob = NativeStream.joined(server.connect(), "bob");
    for (int i = 1; i <= 5; i++) {
      last = alice.said("m" + i, "text " + i).getSequence();
    }
  }

  private Room general(String user) {
    return NativeCalls.by(user, server.connect())
        .rooms()
        .listRooms(ListRoomsRequest.newBuilder().setJoinedOnly(true).build())
        .getRooms(0);
  }

  private MessageReadEvent receipt() {
    return alice.await(EventCase.MESSAGE_READ).getMessageRead();
  }

  @Test
  void othersMessagesAreUnreadUntilTheyAreRead() {
    assertThat(general("bob").getUnreadCount()).isEqualTo(5);
    bob.send(NativeStream.readUpTo(last - 2));
    receipt();
    assertThat(general("bob").getUnreadCount()).isEqualTo(2);
    assertThat(general("bob").getReadSequence()).isEqualTo(last - 2);
    bob.send(NativeStream.readUpTo(last));
    receipt();
    assertThat(general("bob").getUnreadCount()).isZero();
  }

  @Test
  void onesOwnMessagesAndChangesAreNotUnread() {
    alice.done(NativeStream.edit("e1", "m1", "changed"));
    alice.done(NativeStream.react("r1", "m2", "+1"));
    assertThat(general("alice").getUnreadCount()).isZero();
    assertThat(general("bob").getUnreadCount()).isEqualTo(5);
  }

  @Test
  void whoIsNoMemberHasNothingUnread() {
    Room seen = NativeCalls.by("carol", server.connect()).room("general");
    assertThat(seen.getUnreadCount()).isZero();
    assertThat(seen.getReadSequence()).isZero();
  }

  @Test
  void theReceiptNamesReaderAndMessage() {
    bob.send(NativeStream.request("").setRead(Read.newBuilder().setMessageId("m3")));
    MessageReadEvent receipt = receipt();
    assertThat(receipt.getReader().getId()).isEqualTo("bob");
    assertThat(receipt.getMessageId()).isEqualTo("m3");
    assertThat(receipt.getSequence()).isEqualTo(last - 2);
    assertThat(receipt.getRoomId()).isEqualTo("general");
    assertThat(general("bob").getUnreadCount()).isEqualTo(2);
  }

  @Test
  void moreThanThereIsMeansEverything() {
    bob.send(NativeStream.readUpTo(Long.MAX_VALUE));
    assertThat(receipt().getSequence()).isEqualTo(last);
    assertThat(general("bob").getUnreadCount()).isZero();
    alice.said("m6", "one more");
    assertThat(general("bob").getUnreadCount()).isEqualTo(1);
  }

  @Test
  void itNeverGoesBack() {
    bob.send(NativeStream.readUpTo(last));
    receipt();
    bob.send(NativeStream.readUpTo(last - 3));
    bob.fence();
    alice.fence();
    assertThat(alice.all(EventCase.MESSAGE_READ)).hasSize(1);
    assertThat(general("bob").getReadSequence()).isEqualTo(last);
  }

  @Test
  void readingSurvivesARestartAndIsNotAnswered() throws Exception {
    bob.send(NativeStream.readUpTo(last - 1).setId("r1"));
    bob.fence();
    assertThat(bob.all(EventCase.ACK)).isEmpty();
    server.stop();
    server.start();
    assertThat(general("bob").getUnreadCount()).isEqualTo(1);
  }

  @Test
  void anUnknownMessageOrPlaceIsRefused() {
    assertThat(
            bob.refused(
                    NativeStream.request("r1").setRead(Read.newBuilder().setMessageId("nothing")))
                .getReason())
        .isEqualTo("MESSAGE_NOT_FOUND");
    assertThat(bob.refused(NativeStream.readUpTo(0).setId("r2")).getReason())
        .isEqualTo("INVALID_REQUEST");
    assertThat(bob.refused(NativeStream.readUpTo(-1).setId("r3")).getReason())
        .isEqualTo("INVALID_REQUEST");
  }

  @Test
  void theOtherDeviceOfTheReaderIsToldToo() {
    NativeStream desk = NativeStream.joined(server.connect(), "bob");
    bob.send(NativeStream.readUpTo(last));
    assertThat(desk.await(EventCase.MESSAGE_READ).getMessageRead().getSequence()).isEqualTo(last);
  }
}
