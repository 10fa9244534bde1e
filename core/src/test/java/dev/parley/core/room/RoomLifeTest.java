package dev.parley.core.room;

import static dev.parley.core.room.RoomOnPaper.caller;
import static dev.parley.core.room.RoomOnPaper.direct;
import static dev.parley.core.room.RoomOnPaper.made;
import static dev.parley.core.room.RoomOnPaper.openDirect;
import static dev.parley.core.room.RoomOnPaper.say;
import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.core.access.Caller;
import dev.parley.core.error.Reason;
import dev.parley.core.room.RoomState.Existence;
import dev.parley.core.room.RoomState.Visibility;
import dev.parley.core.topic.Decision;
import dev.parley.core.topic.Role;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Making, changing and deleting rooms.
final class RoomLifeTest {
  private static final Caller ALICE = caller("alice");
  private static final Caller BOB = caller("bob");
  private static final Caller CAROL = caller("carol");
  private static final Caller ROOT = caller("root", Caller.Right.ADMINISTER);

  private static RoomCommand.Create create(Caller by, String name, Visibility visibility) {
    return new RoomCommand.Create(by, name, "", visibility, List.of(), false);
  }

  private static RoomCommand.Create ifMissing(Caller by, Visibility visibility) {
    return new RoomCommand.Create(by, "", "", visibility, List.of(), true);
  }

  private static RoomCommand.Update visibility(Caller by, Visibility visibility) {
    return new RoomCommand.Update(by, null, null, visibility);
  }

  @Test
  void whoMakesARoomOwnsIt() {
    RoomOnPaper room = new RoomOnPaper();
    Decision.Accepted<RoomEntry> accepted =
        room.accept(new RoomCommand.Create(ALICE, "", "old", Visibility.PUBLIC, List.of(), false));

    assertThat(room.state)
        .isEqualTo(
            new RoomState(
                "attic",
                Existence.NOW,
                "attic",
                "old",
                Visibility.PUBLIC,
                RoomOnPaper.now(),
                List.of()));
    assertThat(room.member("alice").role()).isEqualTo(Role.OWNER);
    assertThat(accepted.index()).isTrue();
    assertThat(accepted.listed()).isTrue();
  }

  @Test
  void privateRoomsAreNotListed() {
    assertThat(made(ALICE, Visibility.PRIVATE).listed).isFalse();
    assertThat(direct(ALICE, BOB).listed).isFalse();
  }

  @Test
  void roomsAreMadeByThoseWhoMay() {
    Caller nobody = new Caller(RoomOnPaper.profile("nobody"), Set.of());
    new RoomOnPaper().refuse(create(nobody, "", Visibility.PUBLIC), Reason.PERMISSION_DENIED);
  }

  @Test
  void makingTheSameRoomAgainChangesNothing() {
    RoomOnPaper room = made(ALICE, Visibility.PRIVATE);
    room.changesNothing(create(ALICE, "Attic", Visibility.PRIVATE));

    RoomOnPaper operators = made(ROOT, Visibility.PUBLIC);
    operators.changesNothing(create(ROOT, "Attic", Visibility.PUBLIC));
  }

  @Test
  void anotherRoomOfThatIdIsRefused() {
    RoomOnPaper room = made(ALICE, Visibility.PUBLIC);
    room.refuse(create(ALICE, "Cellar", Visibility.PUBLIC), Reason.ROOM_EXISTS);
    room.refuse(create(ALICE, "Attic", Visibility.PRIVATE), Reason.ROOM_EXISTS);
  }

  @Test
  void whoMakesARoomThatLooksLikeAnothersDoesNotGetThat() {
    RoomOnPaper room = made(ALICE, Visibility.PRIVATE);
    room.refuse(create(BOB, "Attic", Visibility.PRIVATE), Reason.ROOM_EXISTS);
  }

  @Test
  void roomMadeByTheOperatorIsNobodysAndIsFoundAgain() {
    RoomOnPaper room = new RoomOnPaper();
    room.accept(
        ifMissing(
            caller("root", Caller.Right.ADMINISTER, Caller.Right.CREATE_ROOMS), Visibility.PUBLIC));
    assertThat(room.members).isEmpty();

    room.changesNothing(ifMissing(BOB, Visibility.PUBLIC));
    room.refuse(create(ALICE, "", Visibility.PUBLIC), Reason.ROOM_EXISTS);
  }

  @Test
  void roomMadeForAnImportBelongsToWhoImports() {
    RoomOnPaper room = new RoomOnPaper();
    room.accept(ifMissing(ALICE, Visibility.PUBLIC));
    assertThat(room.member("alice").role()).isEqualTo(Role.OWNER);
  }

  @Test
  void privateRoomMadeIfMissingIsSeenByItsMakerAtLeast() {
    RoomOnPaper room = new RoomOnPaper();
    room.accept(ifMissing(ALICE, Visibility.PRIVATE));
    assertThat(room.member("alice").role()).isEqualTo(Role.OWNER);
  }

  @Test
  void directRoomIsFoundByEitherOfItsTwoPeople() {
    RoomOnPaper room = direct(ALICE, BOB);
    assertThat(room.members.keySet()).containsExactly("alice", "bob");
    room.changesNothing(openDirect(ALICE, BOB));
    room.changesNothing(openDirect(BOB, ALICE));
  }

  @Test
  void directRoomMayBeForNotes() {
    RoomOnPaper notes = direct(ALICE, ALICE);
    assertThat(notes.members.keySet()).containsExactly("alice");
    assertThat(notes.state.directUsers()).containsExactly(ALICE.user());
  }

  @Test
  void roomThatSomeoneMadeUnderADirectRoomsIdIsNotTakenForIt() {
    RoomOnPaper trap = made(CAROL, Visibility.PUBLIC);
    trap.refuse(openDirect(ALICE, BOB), Reason.ROOM_EXISTS);
    direct(ALICE, CAROL).refuse(openDirect(ALICE, BOB), Reason.ROOM_EXISTS);
  }

  @Test
  void directRoomIsOpenedByOneOfItsTwoPeople() {
    RoomOnPaper room = new RoomOnPaper();
    var forOthers =
        new RoomCommand.Create(
            CAROL, "", "", Visibility.DIRECT, List.of(ALICE.user(), BOB.user()), true);
    var forThree =
        new RoomCommand.Create(
            CAROL,
            "",
            "",
            Visibility.DIRECT,
            List.of(ALICE.user(), BOB.user(), CAROL.user()),
            true);
    var notDirect =
        new RoomCommand.Create(CAROL, "", "", Visibility.PUBLIC, List.of(CAROL.user()), false);
    room.refuse(forOthers, Reason.INVALID_REQUEST);
    room.refuse(forThree, Reason.INVALID_REQUEST);
    room.refuse(notDirect, Reason.INVALID_REQUEST);
  }

  @Test
  void updateChangesWhatItNamesAndNoMore() {
    RoomOnPaper room = made(ALICE, Visibility.PUBLIC);
    RoomState before = room.state;
    room.accept(new RoomCommand.Update(ALICE, null, "dusty", null));
    assertThat(room.state)
        .isEqualTo(
            new RoomState(
                "attic",
                Existence.NOW,
                "Attic",
                "dusty",
                Visibility.PUBLIC,
                before.createdAt(),
                List.of()));
    room.changesNothing(new RoomCommand.Update(ALICE, "Attic", "dusty", Visibility.PUBLIC));
  }

  @Test
  void roomWithoutANameIsNamedByItsId() {
    RoomOnPaper room = made(ALICE, Visibility.PUBLIC);
    room.accept(new RoomCommand.Update(ALICE, "", null, null));
    assertThat(room.state.name()).isEqualTo("attic");
  }

  @Test
  void updateNeedsAModerator() {
    RoomOnPaper room = made(ALICE, Visibility.PUBLIC);
    room.enter(BOB);
    var rename = new RoomCommand.Update(BOB, "Bob's", null, null);
    room.refuse(rename, Reason.PERMISSION_DENIED);
    room.give(ALICE, BOB, Role.MODERATOR);
    room.accept(rename);
    room.accept(new RoomCommand.Update(ROOT, "Root's", null, null));
  }

  @Test
  void roomNeitherBecomesDirectNorStopsBeingSo() {
    made(ALICE, Visibility.PUBLIC)
        .refuse(visibility(ALICE, Visibility.DIRECT), Reason.INVALID_REQUEST);
    direct(ALICE, BOB).refuse(visibility(ALICE, Visibility.PUBLIC), Reason.DIRECT_ROOM);
    direct(ALICE, BOB).refuse(visibility(ROOT, Visibility.PUBLIC), Reason.DIRECT_ROOM);
  }

  @Test
  void whoIsNoMemberLeavesWhenARoomBecomesPrivate() {
    RoomOnPaper room = made(ALICE, Visibility.PUBLIC);
    room.enter(BOB);
    room.visit(CAROL);
    room.accept(visibility(ALICE, Visibility.PRIVATE));
    assertThat(room.present).containsExactly("bob");
    assertThat(room.listed).isFalse();
    room.refuse(say(CAROL, "c1"), Reason.ROOM_NOT_FOUND);
    room.accept(say(BOB, "b1"));
  }

  @Test
  void ownersAndAdministratorsDelete() {
    RoomOnPaper room = made(ALICE, Visibility.PUBLIC);
    room.enter(BOB);
    room.give(ALICE, BOB, Role.MODERATOR);
    room.refuse(new RoomCommand.DeleteRoom(BOB), Reason.PERMISSION_DENIED);

    Decision.Accepted<RoomEntry> accepted = room.accept(new RoomCommand.DeleteRoom(ALICE));
    assertThat(accepted.erased()).isTrue();
    assertThat(accepted.index()).isTrue();
    assertThat(accepted.evicted()).containsExactly(new Decision.Eviction(null, "ROOM_DELETED"));
    assertThat(room.listed).isFalse();
    assertThat(room.state.name()).isEmpty();

    made(ALICE, Visibility.PRIVATE).accept(new RoomCommand.DeleteRoom(ROOT));
  }

  @Test
  void deletedRoomKeepsItsId() {
    RoomOnPaper room = made(ALICE, Visibility.PUBLIC);
    room.accept(new RoomCommand.DeleteRoom(ALICE));
    room.refuse(create(BOB, "", Visibility.PUBLIC), Reason.ROOM_DELETED);
    room.refuse(ifMissing(BOB, Visibility.PUBLIC), Reason.ROOM_DELETED);
    room.refuse(openDirect(ALICE, BOB), Reason.ROOM_DELETED);
  }

  static Stream<RoomCommand> everythingButCreate() {
    Content text = new Content.Text("x");
    return Stream.of(
        new RoomCommand.Update(BOB, "x", null, null),
        new RoomCommand.DeleteRoom(BOB),
        new RoomCommand.Join(BOB, RoomCommand.Join.As.MEMBER),
        new RoomCommand.Join(BOB, RoomCommand.Join.As.GUEST),
        new RoomCommand.Leave(BOB),
        new RoomCommand.AddMember(BOB, CAROL.user(), Role.MEMBER),
        new RoomCommand.RemoveMember(BOB, CAROL.user()),
        say(BOB, "b1"),
        new RoomCommand.Edit(BOB, "", RoomOnPaper.id("b1"), text, List.of()),
        new RoomCommand.Delete(BOB, "", RoomOnPaper.id("b1")),
        new RoomCommand.React(BOB, "", RoomOnPaper.id("b1"), "👍", false),
        new RoomCommand.Read(BOB, RoomOnPaper.place(1)),
        new RoomCommand.Type(BOB, true));
  }

  @ParameterizedTest
  @MethodSource("everythingButCreate")
  void roomThatNeverWasIsNotFound(RoomCommand command) {
    new RoomOnPaper().refuse(command, Reason.ROOM_NOT_FOUND);
  }

  @ParameterizedTest
  @MethodSource("everythingButCreate")
  void privateRoomIsNotFoundByOthers(RoomCommand command) {
    made(ALICE, Visibility.PRIVATE).refuse(command, Reason.ROOM_NOT_FOUND);
    direct(ALICE, CAROL).refuse(command, Reason.ROOM_NOT_FOUND);
  }

  @ParameterizedTest
  @MethodSource("everythingButCreate")
  void deletedRoomIsGoneForEveryCommand(RoomCommand command) {
    RoomOnPaper room = made(BOB, Visibility.PUBLIC);
    room.accept(new RoomCommand.DeleteRoom(BOB));
    room.refuse(command, Reason.ROOM_NOT_FOUND);
  }

  @ParameterizedTest
  @MethodSource("everythingButCreate")
  void everyLookupThatARuleMakesIsOneThatItAskedFor(RoomCommand command) {
    RoomOnPaper room = made(ALICE, Visibility.PUBLIC);
    room.enter(BOB);
    room.accept(say(BOB, "b1"));
    room.enter(CAROL);
    AskedFacts asked =
        new AskedFacts(room, new RoomRules().needs(RoomRules.topic("attic"), command));
    new RoomRules().decide(room.state, command, asked, RoomOnPaper.NOW_MICROS);
    assertThat(asked.unasked).isEmpty();
  }
}
