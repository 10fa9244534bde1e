package dev.parley.core.room;

import static dev.parley.core.room.RoomOnPaper.caller;
import static dev.parley.core.room.RoomOnPaper.direct;
import static dev.parley.core.room.RoomOnPaper.made;
import static dev.parley.core.room.RoomOnPaper.say;
import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.core.access.Caller;
import dev.parley.core.error.Reason;
import dev.parley.core.room.RoomState.Visibility;
import dev.parley.core.topic.Decision;
import dev.parley.core.topic.MemberChange;
import dev.parley.core.topic.Role;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Who is in a room, and who decides it.
final class RoomMembersTest {
  private static final Caller ALICE = caller("alice");
  private static final Caller BOB = caller("bob");
  private static final Caller CAROL = caller("carol");
  private static final Caller ROOT = caller("root", Caller.Right.ADMINISTER);

  private final RoomOnPaper room = made(ALICE, Visibility.PUBLIC);

  @Test
  void everyoneEntersAPublicRoomWithoutAnEntry() {
    Decision.Accepted<RoomEntry> accepted =
        room.accept(new RoomCommand.Join(BOB, RoomCommand.Join.As.MEMBER));
    assertThat(accepted.entries()).isEmpty();
    assertThat(room.member("bob").role()).isEqualTo(Role.MEMBER);
  }

  @Test
  void enteringAgainKeepsRoleAndReadPosition() {
    room.accept(new RoomCommand.Read(ALICE, RoomOnPaper.place(1)));
    room.changesNothing(new RoomCommand.Join(ALICE, RoomCommand.Join.As.MEMBER));
  }

  @Test
  void guestHasNoMembership() {
    room.changesNothing(new RoomCommand.Join(BOB, RoomCommand.Join.As.GUEST));
    assertThat(room.member("bob")).isNull();
  }

  @Test
  void privateRoomIsEnteredByThoseWhoWereAdded() {
    RoomOnPaper secret = made(ALICE, Visibility.PRIVATE);
    secret.refuse(new RoomCommand.Join(BOB, RoomCommand.Join.As.MEMBER), Reason.ROOM_NOT_FOUND);
    room.refuse(new RoomCommand.Join(BOB, RoomCommand.Join.As.PRESENT_MEMBER), Reason.NOT_A_MEMBER);
    room.changesNothing(new RoomCommand.Join(ALICE, RoomCommand.Join.As.PRESENT_MEMBER));
    secret.give(ALICE, BOB, Role.MEMBER);
    secret.changesNothing(new RoomCommand.Join(BOB, RoomCommand.Join.As.MEMBER));
  }

  @Test
  void leavingEndsMembershipAndPresence() {
    room.enter(BOB);
    Decision.Accepted<RoomEntry> accepted = room.accept(new RoomCommand.Leave(BOB));
    assertThat(accepted.entries()).isEmpty();
    assertThat(accepted.evicted()).containsExactly(new Decision.Eviction("bob", "LEFT"));
    assertThat(room.member("bob")).isNull();
  }

  @Test
  void guestLeavesWithoutAnythingToStore() {
    room.visit(BOB);
    Decision.Accepted<RoomEntry> accepted = room.accept(new RoomCommand.Leave(BOB));
    assertThat(accepted.members()).isEmpty();
    assertThat(room.present).doesNotContain("bob");
  }

  @Test
  void ownerDoesNotLeaveBeforeAnotherOwnerLetsHim() {
    room.refuse(new RoomCommand.Leave(ALICE), Reason.OWNER_STAYS);
    room.refuse(new RoomCommand.RemoveMember(ALICE, ALICE.user()), Reason.OWNER_STAYS);
    room.refuse(new RoomCommand.AddMember(ALICE, ALICE.user(), Role.MEMBER), Reason.OWNER_STAYS);

    room.give(ALICE, BOB, Role.OWNER);
    room.refuse(new RoomCommand.Leave(ALICE), Reason.OWNER_STAYS);
    room.give(BOB, ALICE, Role.MEMBER);
    room.accept(new RoomCommand.Leave(ALICE));
    room.refuse(new RoomCommand.Leave(BOB), Reason.OWNER_STAYS);
  }

  @Test
  void moderatorStepsDownByHimself() {
    room.give(ALICE, BOB, Role.MODERATOR);
    room.give(BOB, BOB, Role.MEMBER);
    assertThat(room.member("bob").role()).isEqualTo(Role.MEMBER);
  }

  @Test
  void directRoomHasItsTwoPeopleForEver() {
    RoomOnPaper direct = direct(ALICE, BOB);
    direct.refuse(new RoomCommand.Leave(ALICE), Reason.DIRECT_ROOM);
    direct.refuse(new RoomCommand.RemoveMember(ALICE, ALICE.user()), Reason.DIRECT_ROOM);
    direct.refuse(new RoomCommand.RemoveMember(ALICE, BOB.user()), Reason.DIRECT_ROOM);
    direct.refuse(new RoomCommand.AddMember(ROOT, CAROL.user(), Role.MEMBER), Reason.DIRECT_ROOM);
    direct.refuse(new RoomCommand.Join(ROOT, RoomCommand.Join.As.MEMBER), Reason.DIRECT_ROOM);
    assertThat(direct.members.keySet()).containsExactly("alice", "bob");
  }

  @ParameterizedTest
  @CsvSource({
    "MEMBER,    MEMBER,    ,          false",
    "MEMBER,    MODERATOR, MEMBER,    false",
    "MODERATOR, MEMBER,    ,          true",
    "MODERATOR, MODERATOR, ,          true",
    "MODERATOR, OWNER,     ,          false",
    "MODERATOR, OWNER,     MEMBER,    false",
    "MODERATOR, MODERATOR, MEMBER,    true",
    "MODERATOR, MEMBER,    MODERATOR, true",
    "MODERATOR, MEMBER,    OWNER,     false",
    "OWNER,     OWNER,     MEMBER,    true",
    "OWNER,     MEMBER,    OWNER,     true",
  })
  void nobodyGivesOrTakesARoleAboveHisOwn(Role own, Role given, Role before, boolean allowed) {
    room.give(ALICE, BOB, own);
    if (before != null) {
      room.give(ALICE, CAROL, before);
    }
    var add = new RoomCommand.AddMember(BOB, CAROL.user(), given);
    if (!allowed) {
      room.refuse(add, Reason.PERMISSION_DENIED);
      return;
    }
    Decision.Accepted<RoomEntry> accepted = room.accept(add);
    assertThat(accepted.entries())
        .containsExactly(new RoomEntry.MemberChanged(BOB.user(), CAROL.user(), given));
    assertThat(accepted.members())
        .containsExactly(new MemberChange.Put("carol", given, RoomOnPaper.NOW_MICROS));
  }

  @Test
  void givingTheRoleThatIsThereChangesNothing() {
    room.enter(BOB);
    room.changesNothing(new RoomCommand.AddMember(ALICE, BOB.user(), Role.MEMBER));
    room.changesNothing(new RoomCommand.AddMember(ALICE, ALICE.user(), null));
    assertThat(room.accept(new RoomCommand.AddMember(ALICE, CAROL.user(), null)).members())
        .singleElement()
        .isInstanceOfSatisfying(
            MemberChange.Put.class, put -> assertThat(put.role()).isEqualTo(Role.MEMBER));
  }

  @ParameterizedTest
  @CsvSource({
    "MEMBER,    MEMBER,    false",
    "MODERATOR, MEMBER,    true",
    "MODERATOR, MODERATOR, true",
    "MODERATOR, OWNER,     false",
    "OWNER,     OWNER,     true",
  })
  void nobodyRemovesARoleAboveHisOwn(Role own, Role others, boolean allowed) {
    room.give(ALICE, BOB, own);
    room.give(ALICE, CAROL, others);
    var remove = new RoomCommand.RemoveMember(BOB, CAROL.user());
    if (!allowed) {
      room.refuse(remove, Reason.PERMISSION_DENIED);
      return;
    }
    Decision.Accepted<RoomEntry> accepted = room.accept(remove);
    assertThat(accepted.entries())
        .containsExactly(new RoomEntry.MemberChanged(BOB.user(), CAROL.user(), null));
    assertThat(accepted.evicted()).containsExactly(new Decision.Eviction("carol", "REMOVED"));
    assertThat(room.member("carol")).isNull();
  }

  @Test
  void guestsAreRemovedToo() {
    room.visit(BOB);
    room.accept(new RoomCommand.RemoveMember(ALICE, BOB.user()));
    assertThat(room.present).doesNotContain("bob");
    room.refuse(new RoomCommand.RemoveMember(ALICE, BOB.user()), Reason.USER_NOT_FOUND);
  }

  @Test
  void removingOneselfIsLeaving() {
    room.enter(BOB);
    assertThat(room.accept(new RoomCommand.RemoveMember(BOB, BOB.user())).evicted())
        .containsExactly(new Decision.Eviction("bob", "LEFT"));
  }

  @Test
  void administratorMayWhatAnOwnerMay() {
    room.give(ROOT, BOB, Role.OWNER);
    room.accept(new RoomCommand.RemoveMember(ROOT, ALICE.user()));
    room.accept(say(ROOT, "r1"));
    room.accept(new RoomCommand.Delete(ROOT, "", RoomOnPaper.id("r1")));
    assertThat(room.members.keySet()).containsExactly("bob");
    assertThat(room.accept(new RoomCommand.Update(ROOT, "x", null, null)).evicted())
        .isEqualTo(List.of());
  }
}
