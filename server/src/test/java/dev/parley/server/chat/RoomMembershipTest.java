package dev.parley.server.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.v1.AddMemberRequest;
import dev.parley.chat.v1.ChatEvent;
import dev.parley.chat.v1.ChatEvent.EventCase;
import dev.parley.chat.v1.ListMembersRequest;
import dev.parley.chat.v1.ListMembersResponse;
import dev.parley.chat.v1.Member;
import dev.parley.chat.v1.MemberRole;
import dev.parley.chat.v1.RemoveMemberRequest;
import dev.parley.core.error.Reason;
import dev.parley.server.ServerExtension;
import io.grpc.Channel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Who is a member of a room, and as what.
class RoomMembershipTest {
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

  private static Member add(NativeCalls by, String room, String user, MemberRole role) {
    return by.rooms()
        .addMember(
            AddMemberRequest.newBuilder().setRoomId(room).setUserId(user).setRole(role).build())
        .getMember();
  }

  private static void remove(NativeCalls by, String room, String user) {
    var unused =
        by.rooms()
            .removeMember(RemoveMemberRequest.newBuilder().setRoomId(room).setUserId(user).build());
  }

  @Test
  void membersComeInPagesEachOnceWithRoleAndPosition() {
    alice.create("club");
    for (int i = 0; i < 12; i++) {
      add(alice, "club", "u%02d".formatted(i), MemberRole.MEMBER_ROLE_MEMBER);
    }
    List<Member> members = new ArrayList<>();
    String token = "";
    do {
      ListMembersResponse page =
          bob.rooms()
              .listMembers(
                  ListMembersRequest.newBuilder()
                      .setRoomId("club")
                      .setPageSize(5)
                      .setPageToken(token)
                      .build());
      members.addAll(page.getMembersList());
      token = page.getNextPageToken();
    } while (!token.isEmpty());
    assertThat(members).extracting(member -> member.getUser().getId()).hasSize(13).isSorted();
    assertThat(members.getFirst().getRole()).isEqualTo(MemberRole.MEMBER_ROLE_OWNER);
  }

  @Test
  void whoIsRemovedIsOutOnAllStreamsAndTheOthersAreTold() {
    alice.create("club");
    NativeStream stream = NativeStream.open(channel, "bob");
    stream.join("club");
    NativeStream witness = NativeStream.open(channel, "carol");
    witness.join("club");
    assertThat(NativeCalls.refusal(() -> remove(bob, "club", "carol")))
        .isEqualTo(Reason.PERMISSION_DENIED);
    assertThat(NativeCalls.refusal(() -> remove(alice, "club", "nobody")))
        .isEqualTo(Reason.USER_NOT_FOUND);
    remove(alice, "club", "bob");
    assertThat(stream.await(EventCase.ROOM_CLOSED).getRoomClosed().getReason())
        .isEqualTo("REMOVED");
    ChatEvent told = witness.await(EventCase.MEMBER_CHANGED);
    assertThat(told.getMemberChanged().getUser().getId()).isEqualTo("bob");
    assertThat(told.getMemberChanged().getRole()).isEqualTo(MemberRole.MEMBER_ROLE_UNKNOWN);
    assertThat(stream.refused(NativeStream.textIn("club", "m1", "x")).getReason())
        .isEqualTo("NOT_A_MEMBER");
  }

  @Test
  void rolesAreGivenByThoseWhoHaveThem() {
    alice.create("club");
    assertThat(add(alice, "club", "bob", MemberRole.MEMBER_ROLE_MODERATOR).getRole())
        .isEqualTo(MemberRole.MEMBER_ROLE_MODERATOR);
    assertThat(NativeCalls.refusal(() -> add(bob, "club", "bob", MemberRole.MEMBER_ROLE_OWNER)))
        .isEqualTo(Reason.PERMISSION_DENIED);
    assertThat(NativeCalls.refusal(() -> remove(bob, "club", "alice")))
        .isEqualTo(Reason.PERMISSION_DENIED);
    assertThat(NativeCalls.refusal(() -> remove(alice, "club", "alice")))
        .isEqualTo(Reason.OWNER_STAYS);
    add(alice, "club", "bob", MemberRole.MEMBER_ROLE_OWNER);
    remove(bob, "club", "alice");
    assertThat(bob.room("club").getMemberCount()).isEqualTo(1);
  }
}
