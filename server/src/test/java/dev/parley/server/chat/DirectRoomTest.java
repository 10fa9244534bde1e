package dev.parley.server.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.v1.AddMemberRequest;
import dev.parley.chat.v1.OpenDirectRoomRequest;
import dev.parley.chat.v1.OpenDirectRoomResponse;
import dev.parley.chat.v1.Room;
import dev.parley.chat.v1.RoomVisibility;
import dev.parley.chat.v1.UpdateRoomRequest;
import dev.parley.chat.v1.User;
import dev.parley.core.error.Reason;
import dev.parley.server.ServerExtension;
import io.grpc.Channel;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Conversations of two.
class DirectRoomTest {
  @RegisterExtension private final ServerExtension server = new ServerExtension();

  private Channel channel;
  private NativeCalls alice;
  private NativeCalls bob;

  @BeforeEach
  void connect() {
    channel = server.connect();
    alice = NativeCalls.by("alice", channel);
    bob = NativeCalls.by("bob", channel);
  }

  private static OpenDirectRoomResponse open(NativeCalls by, String user) {
    return by.rooms().openDirectRoom(OpenDirectRoomRequest.newBuilder().setUserId(user).build());
  }

  @Test
  void whoeverAsksFirstMakesItAndBothFindIt() {
    OpenDirectRoomResponse first = open(alice, "bob");
    assertThat(first.getCreated()).isTrue();
    assertThat(first.getRoom().getVisibility()).isEqualTo(RoomVisibility.ROOM_VISIBILITY_DIRECT);
    assertThat(first.getRoom().getDirectUsersList())
        .extracting(User::getId)
        .containsExactlyInAnyOrder("alice", "bob");
    OpenDirectRoomResponse second = open(bob, "alice");
    assertThat(second.getCreated()).isFalse();
    assertThat(second.getRoom().getId()).isEqualTo(first.getRoom().getId());
    assertThat(open(alice, "bob").getCreated()).isFalse();
  }

  @Test
  void bothTalkInItAndNobodyElseKnowsOfIt() {
    Room room = open(alice, "bob").getRoom();
    NativeStream a = NativeStream.open(channel, "alice");
    NativeStream b = NativeStream.open(channel, "bob");
    a.join(room.getId());
    b.join(room.getId());
    a.done(NativeStream.textIn(room.getId(), "m1", "just you"));
    b.message("just you");
    NativeCalls carol = NativeCalls.by("carol", channel);
    assertThat(NativeCalls.refusal(() -> carol.room(room.getId())))
        .isEqualTo(Reason.ROOM_NOT_FOUND);
    assertThat(
            NativeStream.open(channel, "carol")
                .refused(NativeStream.textIn(room.getId(), "m2", "me too"))
                .getReason())
        .isEqualTo("ROOM_NOT_FOUND");
    assertThat(bob.room(room.getId()).getUnreadCount()).isEqualTo(1);
  }

  @Test
  void itsPeopleStayTheSame() {
    Room room = open(alice, "bob").getRoom();
    NativeStream a = NativeStream.open(channel, "alice");
    a.join(room.getId());
    assertThat(a.refused(NativeStream.leave("l1").setRoomId(room.getId())).getReason())
        .isEqualTo("DIRECT_ROOM");
    assertThat(
            NativeCalls.refusal(
                () ->
                    alice
                        .rooms()
                        .addMember(
                            AddMemberRequest.newBuilder()
                                .setRoomId(room.getId())
                                .setUserId("carol")
                                .build())))
        .isEqualTo(Reason.DIRECT_ROOM);
    assertThat(
            NativeCalls.refusal(
                () ->
                    alice
                        .rooms()
                        .updateRoom(
                            UpdateRoomRequest.newBuilder()
                                .setRoomId(room.getId())
                                .setName("ours")
                                .build())))
        .isEqualTo(Reason.DIRECT_ROOM);
    a.done(NativeStream.textIn(room.getId(), "m1", "still here"));
  }

  @Test
  void oneMayTalkToOneself() {
    Room notes = open(alice, "alice").getRoom();
    assertThat(notes.getDirectUsersList()).extracting(User::getId).containsExactly("alice");
    NativeStream a = NativeStream.open(channel, "alice");
    a.join(notes.getId());
    a.done(NativeStream.textIn(notes.getId(), "m1", "note to self"));
    assertThat(alice.history(notes.getId())).hasSize(1);
  }

  @Test
  void theOtherIsCalledAsHeIntroducedHimself() {
    NativeStream.open(
            channel,
            NativeStream.hello("bob")
                .setSender(User.newBuilder().setId("bob").setDisplayName("Bob B.")))
        .fence();
    assertThat(open(alice, "bob").getRoom().getDirectUsersList())
        .extracting(User::getDisplayName)
        .contains("Bob B.");
  }

  @Test
  void aRoomWithItsIdMadeByAnotherIsNotIt() {
    String id = open(alice, "bob").getRoom().getId();
    assertThat(NativeCalls.refusal(() -> NativeCalls.by("carol", channel).create(id)))
        .isEqualTo(Reason.INVALID_REQUEST);
    assertThat(NativeCalls.refusal(() -> alice.create("dm-0123")))
        .isEqualTo(Reason.INVALID_REQUEST);
    assertThat(NativeCalls.refusal(() -> open(alice, ""))).isEqualTo(Reason.INVALID_REQUEST);
    assertThat(NativeCalls.refusal(() -> open(NativeCalls.byNobody(channel), "bob")))
        .isEqualTo(Reason.UNAUTHENTICATED);
  }
}
