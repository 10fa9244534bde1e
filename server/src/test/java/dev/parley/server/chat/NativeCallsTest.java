package dev.parley.server.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.v1.ChatEvent.EventCase;
import dev.parley.chat.v1.JoinRoomRequest;
import dev.parley.chat.v1.JoinRoomResponse;
import dev.parley.chat.v1.LeaveRoomRequest;
import dev.parley.chat.v1.MemberRole;
import dev.parley.chat.v1.RoomClosedEvent;
import dev.parley.chat.v1.User;
import dev.parley.core.error.Reason;
import dev.parley.server.ServerExtension;
import io.grpc.Channel;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Entering and leaving rooms by calls beside the stream.
class NativeCallsTest {
  @RegisterExtension private final ServerExtension server = new ServerExtension();

  private Channel channel;
  private NativeCalls alice;

  @BeforeEach
  void connect() {
    channel = server.connect();
    alice = NativeCalls.by("alice", channel);
  }

  private static JoinRoomResponse join(NativeCalls by, String room) {
    return by.chat().joinRoom(JoinRoomRequest.newBuilder().setRoomId(room).build());
  }

  private static boolean leave(NativeCalls by, String room) {
    return by.chat().leaveRoom(LeaveRoomRequest.newBuilder().setRoomId(room).build()).getSuccess();
  }

  @Test
  void joiningBringsTheRoomToAllOpenStreamsOfTheUser() {
    NativeStream phone = NativeStream.open(channel, "alice");
    NativeStream desk = NativeStream.open(channel, "alice");
    JoinRoomResponse joined = join(alice, "general");
    assertThat(joined.getSuccess()).isTrue();
    assertThat(joined.getRoom().getRole()).isEqualTo(MemberRole.MEMBER_ROLE_MEMBER);
    assertThat(joined.getOnlineUsersList()).extracting(User::getId).containsExactly("alice");
    assertThat(phone.await(EventCase.ROOM_JOINED).getRoomJoined().getRequestId()).isEmpty();
    desk.await(EventCase.ROOM_JOINED);
    phone.said("m1", "hello");
    desk.message("hello");
  }

  @Test
  void joiningAgainChangesNothingForStreamsThatAreInTheRoom() {
    NativeStream stream = NativeStream.joined(channel, "alice");
    assertThat(join(alice, "general").getSuccess()).isTrue();
    stream.fence();
    assertThat(stream.all(EventCase.ROOM_JOINED)).hasSize(1);
  }

  @Test
  void joiningNeedsNoStream() {
    assertThat(join(alice, "general").getSuccess()).isTrue();
    assertThat(alice.room("general").getMemberCount()).isEqualTo(1);
    assertThat(alice.online("general")).isEmpty();
  }

  @Test
  void whatCannotBeJoinedIsAnsweredWithWhy() {
    NativeCalls.by("bob", channel).createPrivate("secret");
    for (String room : new String[] {"nowhere", "secret"}) {
      JoinRoomResponse refused = join(alice, room);
      assertThat(refused.getSuccess()).isFalse();
      assertThat(refused.getErrorMessage()).isEqualTo("room not found");
      assertThat(refused.hasRoom()).isFalse();
    }
    assertThat(NativeCalls.refusal(() -> join(alice, ""))).isEqualTo(Reason.INVALID_REQUEST);
    assertThat(NativeCalls.refusal(() -> join(NativeCalls.byNobody(channel), "general")))
        .isEqualTo(Reason.UNAUTHENTICATED);
  }

  @Test
  void leavingTakesTheRoomFromTheStreams() {
    NativeStream stream = NativeStream.joined(channel, "alice");
    assertThat(leave(alice, "general")).isTrue();
    RoomClosedEvent closed = stream.await(EventCase.ROOM_CLOSED).getRoomClosed();
    assertThat(closed.getReason()).isEqualTo("LEFT");
    assertThat(closed.getRoomId()).isEqualTo("general");
    assertThat(alice.room("general").getMemberCount()).isZero();
    assertThat(leave(alice, "nowhere")).isFalse();
  }

  @Test
  void anOwnerStays() {
    alice.create("club");
    assertThat(leave(alice, "club")).isFalse();
    assertThat(alice.room("club").getRole()).isEqualTo(MemberRole.MEMBER_ROLE_OWNER);
  }
}
