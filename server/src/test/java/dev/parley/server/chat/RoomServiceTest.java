package dev.parley.server.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.parley.chat.v1.AddMemberRequest;
import dev.parley.chat.v1.ChatEvent;
import dev.parley.chat.v1.ChatEvent.EventCase;
import dev.parley.chat.v1.CreateRoomRequest;
import dev.parley.chat.v1.DeleteRoomRequest;
import dev.parley.chat.v1.ListRoomsRequest;
import dev.parley.chat.v1.ListRoomsResponse;
import dev.parley.chat.v1.MemberRole;
import dev.parley.chat.v1.Room;
import dev.parley.chat.v1.RoomVisibility;
import dev.parley.chat.v1.UpdateRoomRequest;
import dev.parley.core.error.Reason;
import dev.parley.server.ServerExtension;
import io.grpc.Channel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Rooms made, found, changed and deleted.
class RoomServiceTest {
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

  private static List<Room> rooms(NativeCalls by, boolean joined, int pageSize) {
    List<Room> rooms = new ArrayList<>();
    String token = "";
    do {
      ListRoomsResponse page =
          by.rooms()
              .listRooms(
                  ListRoomsRequest.newBuilder()
                      .setJoinedOnly(joined)
                      .setPageSize(pageSize)
                      .setPageToken(token)
                      .build());
      assertThat(page.getRoomsCount()).isLessThanOrEqualTo(pageSize);
      rooms.addAll(page.getRoomsList());
      token = page.getNextPageToken();
    } while (!token.isEmpty());
    return rooms;
  }

  private static void delete(NativeCalls by, String room) {
    var unused = by.rooms().deleteRoom(DeleteRoomRequest.newBuilder().setRoomId(room).build());
  }

  @Test
  void whoMakesARoomOwnsIt() {
    Room made =
        alice
            .rooms()
            .createRoom(
                CreateRoomRequest.newBuilder()
                    .setRoomId("club")
                    .setName("The Club")
                    .setDescription("for all")
                    .build())
            .getRoom();
    assertThat(made.getName()).isEqualTo("The Club");
    assertThat(made.getRole()).isEqualTo(MemberRole.MEMBER_ROLE_OWNER);
    assertThat(made.getMemberCount()).isEqualTo(1);
    assertThat(made.getVisibility()).isEqualTo(RoomVisibility.ROOM_VISIBILITY_PUBLIC);
    assertThat(alice.room("club")).isEqualTo(made);
    assertThat(bob.room("club").getRole()).isEqualTo(MemberRole.MEMBER_ROLE_UNKNOWN);
  }

  @Test
  void makingTheSameRoomAgainGivesItAndAnotherIsRefused() {
    Room made = alice.create("club");
    assertThat(alice.create("club")).isEqualTo(made);
    assertThat(NativeCalls.refusal(() -> bob.create("club"))).isEqualTo(Reason.ROOM_EXISTS);
    assertThat(NativeCalls.refusal(() -> alice.createPrivate("club")))
        .isEqualTo(Reason.ROOM_EXISTS);
  }

  @Test
  void aRoomWithoutWantedIdIsGivenOneAndItsIdAsName() {
    Room made = alice.create("");
    assertThat(made.getId()).isNotEmpty();
    assertThat(made.getName()).isEqualTo(made.getId());
    assertThat(bob.room(made.getId()).getId()).isEqualTo(made.getId());
  }

  @Test
  void roomsAreListedByIdInPagesEachOnce() {
    for (int i = 0; i < 23; i++) {
      alice.create("room-%02d".formatted(i));
    }
    List<String> ids = rooms(bob, false, 10).stream().map(Room::getId).toList();
    assertThat(ids).hasSize(25).isSorted().doesNotHaveDuplicates().contains("general");
    assertThat(rooms(alice, true, 5)).hasSize(23);
    assertThat(rooms(bob, true, 5)).isEmpty();
  }

  @Test
  void aPrivateRoomIsKnownToItsMembersOnly() {
    alice.createPrivate("secret");
    assertThat(NativeCalls.refusal(() -> bob.room("secret"))).isEqualTo(Reason.ROOM_NOT_FOUND);
    assertThat(NativeCalls.refusal(() -> bob.history("secret"))).isEqualTo(Reason.ROOM_NOT_FOUND);
    assertThat(NativeCalls.refusal(() -> bob.online("secret"))).isEqualTo(Reason.ROOM_NOT_FOUND);
    assertThat(rooms(bob, false, 10)).noneMatch(room -> room.getId().equals("secret"));
    NativeStream stream = NativeStream.open(channel, "bob");
    assertThat(
            stream
                .refused(
                    NativeStream.request("j1")
                        .setRoomId("secret")
                        .setJoin(dev.parley.chat.v1.Join.getDefaultInstance()))
                .getReason())
        .isEqualTo("ROOM_NOT_FOUND");
    var unused =
        alice
            .rooms()
            .addMember(AddMemberRequest.newBuilder().setRoomId("secret").setUserId("bob").build());
    stream.join("secret");
    assertThat(rooms(bob, false, 10)).anyMatch(room -> room.getId().equals("secret"));
  }

  @Test
  void whatChangesInARoomIsToldToThoseInIt() {
    alice.create("club");
    NativeStream stream = NativeStream.open(channel, "bob");
    stream.join("club");
    Room changed =
        alice
            .rooms()
            .updateRoom(
                UpdateRoomRequest.newBuilder().setRoomId("club").setDescription("new").build())
            .getRoom();
    assertThat(changed.getName()).isEqualTo("club");
    assertThat(changed.getDescription()).isEqualTo("new");
    ChatEvent told = stream.await(EventCase.ROOM_UPDATED);
    assertThat(told.getSequence()).isPositive();
    assertThat(told.getRoomUpdated().getRoom().getDescription()).isEqualTo("new");
    assertThat(told.getRoomUpdated().getUpdatedBy().getId()).isEqualTo("alice");
    assertThat(
            NativeCalls.refusal(
                () ->
                    bob.rooms()
                        .updateRoom(
                            UpdateRoomRequest.newBuilder()
                                .setRoomId("club")
                                .setName("mine")
                                .build())))
        .isEqualTo(Reason.PERMISSION_DENIED);
  }

  @Test
  void aRoomMadePrivateKeepsItsMembers() {
    alice.create("club");
    NativeStream stream = NativeStream.open(channel, "bob");
    stream.join("club");
    var unused =
        alice
            .rooms()
            .updateRoom(
                UpdateRoomRequest.newBuilder()
                    .setRoomId("club")
                    .setVisibility(RoomVisibility.ROOM_VISIBILITY_PRIVATE)
                    .build());
    stream.done(NativeStream.textIn("club", "m1", "still in"));
    assertThat(bob.room("club").getVisibility()).isEqualTo(RoomVisibility.ROOM_VISIBILITY_PRIVATE);
  }

  @Test
  void aVisibilityThatIsNotSaidStaysAsItIs() {
    var unused = alice.createPrivate("secret");
    var updated =
        alice
            .rooms()
            .updateRoom(
                UpdateRoomRequest.newBuilder()
                    .setRoomId("secret")
                    .setDescription("still")
                    .setVisibility(RoomVisibility.ROOM_VISIBILITY_UNKNOWN)
                    .build());
    assertThat(updated.getRoom().getVisibility()).isEqualTo(RoomVisibility.ROOM_VISIBILITY_PRIVATE);
  }

  @Test
  void roomsTellHowManyAreInThem() {
    alice.create("club");
    NativeStream.open(channel, "bob").join("club");
    NativeStream.open(channel, "carol").join("club");
    assertThat(rooms(alice, false, 2))
        .filteredOn(room -> room.getOnlineCount() > 0)
        .extracting(Room::getId, Room::getOnlineCount)
        .containsExactly(tuple("club", 2));
  }

  @Test
  void aDeletedRoomIsGoneForEveryoneAndItsIdStaysTaken() {
    alice.create("club");
    NativeStream stream = NativeStream.open(channel, "bob");
    stream.join("club");
    stream.done(NativeStream.textIn("club", "m1", "last words"));
    assertThat(NativeCalls.refusal(() -> delete(bob, "club"))).isEqualTo(Reason.PERMISSION_DENIED);
    delete(alice, "club");
    assertThat(stream.await(EventCase.ROOM_CLOSED).getRoomClosed().getReason())
        .isEqualTo("ROOM_DELETED");
    assertThat(stream.refused(NativeStream.textIn("club", "m2", "x")).getReason())
        .isEqualTo("ROOM_NOT_FOUND");
    assertThat(NativeCalls.refusal(() -> alice.history("club"))).isEqualTo(Reason.ROOM_NOT_FOUND);
    assertThat(NativeCalls.refusal(() -> alice.create("club"))).isEqualTo(Reason.ROOM_DELETED);
    assertThat(rooms(alice, false, 10)).noneMatch(room -> room.getId().equals("club"));
  }
}
