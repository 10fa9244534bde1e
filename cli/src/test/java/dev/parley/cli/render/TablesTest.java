package dev.parley.cli.render;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.v1.Room;
import dev.parley.chat.v1.RoomVisibility;
import dev.parley.chat.v1.User;
import java.util.List;
import org.junit.jupiter.api.Test;

class TablesTest {
  private static final Room OPS =
      Room.newBuilder()
          .setId("ops")
          .setName("Ops")
          .setVisibility(RoomVisibility.ROOM_VISIBILITY_PUBLIC)
          .setUnreadCount(1_000)
          .build();
  private static final Room DIRECT =
      Room.newBuilder()
          .setId("dm-1")
          .setVisibility(RoomVisibility.ROOM_VISIBILITY_DIRECT)
          .addDirectUsers(User.newBuilder().setId("ann"))
          .addDirectUsers(User.newBuilder().setId("bob"))
          .setUnreadCount(2)
          .build();

  @Test
  void countsStandBelowEachOtherAlsoWhereOneIsOnlyAtLeastSoMuch() {
    assertThat(Tables.rooms(List.of(OPS, DIRECT), "ann").lines())
        .containsExactly(
            "ROOM  NAME  KIND    MEMBERS  ONLINE  UNREAD  LAST",
            "ops   Ops   public        0       0  1,000+     0",
            "dm-1  @bob  direct        0       0       2     0");
  }

  @Test
  void inAChatADirectRoomIsCalledByTheOtherPerson() {
    assertThat(Tables.typedRooms(List.of(DIRECT), "ann").lines().getLast()).startsWith("@bob ");
  }
}
