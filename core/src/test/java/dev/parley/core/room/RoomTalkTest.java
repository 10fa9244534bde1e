package dev.parley.core.room;

import static dev.parley.core.room.RoomOnPaper.caller;
import static dev.parley.core.room.RoomOnPaper.id;
import static dev.parley.core.room.RoomOnPaper.made;
import static dev.parley.core.room.RoomOnPaper.place;
import static dev.parley.core.room.RoomOnPaper.say;
import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.core.access.Caller;
import dev.parley.core.error.Reason;
import dev.parley.core.limit.Limits;
import dev.parley.core.room.RoomState.Visibility;
import dev.parley.core.topic.Decision;
import dev.parley.core.topic.MemberChange;
import dev.parley.core.topic.Role;
import dev.parley.core.user.Profile;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What is said in a room, changed, reacted to, read and typed. The room has entry 1, that it was
/// made by Alice; Bob is a member; what is said first is entry 2.
final class RoomTalkTest {
  private static final Caller ALICE = caller("alice");
  private static final Caller BOB = caller("bob");
  private static final Caller CAROL = caller("carol");
  private static final Caller IMPORTER = caller("importer", Caller.Right.IMPORT);
  private static final Content HELLO = new Content.Text("hello");

  private final RoomOnPaper room = made(ALICE, Visibility.PUBLIC);

  @BeforeEach
  void bobEnters() {
    room.enter(BOB);
  }

  private static RoomCommand.Edit edit(Caller by, String key, RoomCommand.Target target) {
    return new RoomCommand.Edit(by, key, target, HELLO, List.of("carol"));
  }

  private static RoomCommand.Delete delete(Caller by, String key, RoomCommand.Target target) {
    return new RoomCommand.Delete(by, key, target);
  }

  private static RoomCommand.React react(Caller by, String key, String emoji) {
    return new RoomCommand.React(by, key, id("b1"), emoji, false);
  }

  private static RoomCommand.React unreact(Caller by, String emoji) {
    return new RoomCommand.React(by, "", id("b1"), emoji, true);
  }

  private static RoomCommand.Say imported(Caller by, String author, String id) {
    Profile profile = RoomOnPaper.profile(author);
    Instant then = Instant.parse("2004-07-05T12:00:00Z");
    return new RoomCommand.Say(by, profile, id, HELLO, then, "gone", List.of(), true);
  }

  @Test
  void messageIsDatedByItsAuthorOrElseByTheServer() {
    Instant then = Instant.parse("2020-01-01T00:00:00Z");
    room.accept(say(BOB, "b1"));
    room.accept(
        new RoomCommand.Say(BOB, BOB.user(), "b2", HELLO, then, "b1", List.of("alice"), false));
    assertThat(room.message(2).at()).isEqualTo(RoomOnPaper.now());
    assertThat(room.message(3))
        .isEqualTo(
            new Message(
                "b2",
                0,
                BOB.user(),
                HELLO,
                then,
                "b1",
                List.of("alice"),
                null,
                0,
                null,
                List.of()));
  }

  @Test
  void sayingTheSameAgainGivesThePlaceOfTheFirstTime() {
    room.accept(say(BOB, "b1"));
    room.accept(say(ALICE, "b1"));
    room.repeats(say(BOB, "b1"), 2);
    room.repeats(say(ALICE, "b1"), 3);
  }

  @Test
  void whoWasRemovedStillLearnsThatHisMessageArrived() {
    room.accept(say(BOB, "b1"));
    room.accept(new RoomCommand.RemoveMember(ALICE, BOB.user()));
    room.repeats(say(BOB, "b1"), 2);
    room.refuse(say(BOB, "b2"), Reason.NOT_A_MEMBER);
  }

  @Test
  void strangersAreRefusedAndGuestsAreNot() {
    room.refuse(say(CAROL, "c1"), Reason.NOT_A_MEMBER);
    room.visit(CAROL);
    room.accept(say(CAROL, "c1"));
  }

  @Test
  void replyNamesAMessageThatIsThere() {
    room.refuse(say(BOB, "b2", "b1"), Reason.MESSAGE_NOT_FOUND);
    room.accept(say(BOB, "b1"));
    room.accept(say(ALICE, "a1", "b1"));
    room.accept(delete(BOB, "", id("b1")));
    room.accept(say(ALICE, "a2", "b1"));
  }

  @Test
  void idOfAnotherKindOfRequestIsNoRepetition() {
    room.accept(say(BOB, "b1"));
    room.accept(edit(BOB, "e1", id("b1")));
    room.refuse(say(BOB, "e1"), Reason.INVALID_REQUEST);
    room.refuse(edit(BOB, "b1", id("b1")), Reason.INVALID_REQUEST);
    room.refuse(delete(BOB, "e1", id("b1")), Reason.INVALID_REQUEST);
    room.refuse(react(BOB, "e1", "👍"), Reason.INVALID_REQUEST);
  }

  @Test
  void importNeedsItsRightAndNothingElse() {
    room.refuse(imported(ALICE, "dave", "d1"), Reason.PERMISSION_DENIED);
    room.accept(imported(IMPORTER, "dave", "d1"));
    room.repeats(imported(IMPORTER, "dave", "d1"), 2);
    assertThat(room.message(2).author().id()).isEqualTo("dave");
    assertThat(room.message(2).at()).isEqualTo(Instant.parse("2004-07-05T12:00:00Z"));

    RoomOnPaper secret = made(ALICE, Visibility.PRIVATE);
    secret.accept(imported(IMPORTER, "dave", "d1"));
    secret.refuse(imported(BOB, "dave", "d1"), Reason.ROOM_NOT_FOUND);
  }

  @Test
  void authorEditsAndTheMessageKeepsItsPlace() {
    room.accept(say(BOB, "b1"));
    room.accept(edit(BOB, "e1", id("b1")));
    Message message = room.message(2);
    assertThat(message.sequence()).isEqualTo(2);
    assertThat(message.content()).isEqualTo(HELLO);
    assertThat(message.mentions()).containsExactly("carol");
    assertThat(message.editedAt()).isEqualTo(RoomOnPaper.now());
    room.repeats(edit(BOB, "e1", id("b1")), 3);
    room.accept(edit(BOB, "e2", place(2)));
  }

  @Test
  void onlyTheAuthorEdits() {
    room.accept(say(BOB, "b1"));
    room.refuse(edit(ALICE, "", id("b1")), Reason.PERMISSION_DENIED);
  }

  @Test
  void onesOwnMessageComesBeforeAnothersOfTheSameId() {
    room.accept(say(BOB, "1"));
    room.accept(say(ALICE, "1"));
    room.accept(edit(BOB, "", id("1")));
    assertThat(room.message(2).content()).isEqualTo(HELLO);
    room.accept(delete(BOB, "", id("1")));
    assertThat(room.message(2).deletedAt()).isNotNull();
    assertThat(room.message(3).deletedAt()).isNull();
  }

  @Test
  void whatIsNoMessageIsNotFound() {
    room.refuse(edit(ALICE, "", place(1)), Reason.MESSAGE_NOT_FOUND);
    room.refuse(edit(ALICE, "", place(99)), Reason.MESSAGE_NOT_FOUND);
    room.refuse(edit(ALICE, "", id("nothing")), Reason.MESSAGE_NOT_FOUND);
    room.refuse(delete(ALICE, "", place(1)), Reason.MESSAGE_NOT_FOUND);
    room.refuse(react(ALICE, "", "👍"), Reason.MESSAGE_NOT_FOUND);
    room.refuse(new RoomCommand.Read(ALICE, id("nothing")), Reason.MESSAGE_NOT_FOUND);
  }

  @Test
  void authorsAndModeratorsDelete() {
    room.accept(say(BOB, "b1"));
    room.accept(say(ALICE, "a1"));
    room.accept(react(ALICE, "", "👍"));
    room.refuse(delete(BOB, "", id("a1")), Reason.PERMISSION_DENIED);
    room.accept(delete(ALICE, "d1", id("b1")));
    Message gone = room.message(2);
    assertThat(gone.content()).isNull();
    assertThat(gone.reactions()).isEmpty();
    assertThat(gone.deletedAt()).isEqualTo(RoomOnPaper.now());
    room.repeats(delete(ALICE, "d1", id("b1")), 5);

    room.give(ALICE, BOB, Role.MODERATOR);
    room.accept(delete(BOB, "", id("a1")));
  }

  @Test
  void deletedMessageStaysDeleted() {
    room.accept(say(BOB, "b1"));
    room.accept(delete(BOB, "", id("b1")));
    room.refuse(delete(BOB, "", id("b1")), Reason.MESSAGE_DELETED);
    room.refuse(edit(BOB, "", id("b1")), Reason.MESSAGE_DELETED);
    room.refuse(react(BOB, "", "👍"), Reason.MESSAGE_DELETED);
    room.repeats(say(BOB, "b1"), 2);
  }

  @Test
  void strangersChangeNothing() {
    room.accept(say(BOB, "b1"));
    room.accept(new RoomCommand.Leave(BOB));
    room.refuse(edit(BOB, "", id("b1")), Reason.NOT_A_MEMBER);
    room.refuse(delete(BOB, "", id("b1")), Reason.NOT_A_MEMBER);
    room.refuse(react(BOB, "", "👍"), Reason.NOT_A_MEMBER);
    room.refuse(new RoomCommand.Read(BOB, place(2)), Reason.NOT_A_MEMBER);
    room.refuse(new RoomCommand.Type(BOB, true), Reason.NOT_A_MEMBER);
  }

  @Test
  void reactionsAreSetsOfUsersInOrder() {
    room.accept(say(BOB, "b1"));
    room.accept(react(ALICE, "r1", "👍"));
    room.accept(react(BOB, "", "👍"));
    room.accept(react(BOB, "", "🎉"));
    assertThat(room.message(2).reactions())
        .containsExactly(
            new Message.Reaction("👍", List.of("alice", "bob")),
            new Message.Reaction("🎉", List.of("bob")));
    room.repeats(react(ALICE, "r1", "👍"), 3);
    room.changesNothing(react(BOB, "", "👍"));
    room.accept(unreact(ALICE, "👍"));
    room.accept(unreact(BOB, "👍"));
    assertThat(room.message(2).reactions())
        .containsExactly(new Message.Reaction("🎉", List.of("bob")));
    room.changesNothing(unreact(BOB, "👍"));
  }

  @Test
  void reactionsAreBoundedByEmojisAndInAll() {
    room.accept(say(BOB, "b1"));
    for (int i = 0; i < Limits.MAX_EMOJIS; i++) {
      room.accept(react(BOB, "", "e" + i));
    }
    room.refuse(react(BOB, "", "one more"), Reason.LIMIT_REACHED);
    for (int i = Limits.MAX_EMOJIS; i < Limits.MAX_REACTIONS; i++) {
      Caller user = caller("u" + i);
      room.enter(user);
      room.accept(react(user, "", "e0"));
    }
    room.refuse(react(ALICE, "", "e0"), Reason.LIMIT_REACHED);
    room.accept(unreact(BOB, "e0"));
    room.accept(react(ALICE, "", "e0"));
  }

  @Test
  void readPositionGoesForwardOnly() {
    room.accept(say(BOB, "b1"));
    room.accept(say(BOB, "b2"));
    Decision.Accepted<RoomEntry> accepted = room.accept(new RoomCommand.Read(BOB, id("b2")));
    assertThat(accepted.members()).containsExactly(new MemberChange.Read("bob", 3));
    assertThat(accepted.signals())
        .containsExactly(new RoomSignal.ReadUpTo(BOB.user(), 3, "b2", RoomOnPaper.NOW_MICROS));
    room.changesNothing(new RoomCommand.Read(BOB, id("b1")));
    room.changesNothing(new RoomCommand.Read(BOB, id("b2")));
    room.changesNothing(new RoomCommand.Read(BOB, place(0)));
    room.changesNothing(new RoomCommand.Read(BOB, place(-7)));
    assertThat(room.member("bob").readSequence()).isEqualTo(3);
  }

  @Test
  void readingMoreThanThereIsMeansEverything() {
    room.accept(say(BOB, "b1"));
    room.accept(new RoomCommand.Read(BOB, place(Long.MAX_VALUE)));
    assertThat(room.member("bob").readSequence()).isEqualTo(2);
  }

  @Test
  void deletedMessageIsReadLikeAnyOther() {
    room.accept(say(BOB, "b1"));
    room.accept(delete(BOB, "", id("b1")));
    room.accept(new RoomCommand.Read(ALICE, id("b1")));
    assertThat(room.member("alice").readSequence()).isEqualTo(2);
  }

  @Test
  void guestsReadingIsToldAndNotKept() {
    room.visit(CAROL);
    Decision.Accepted<RoomEntry> accepted = room.accept(new RoomCommand.Read(CAROL, place(1)));
    assertThat(accepted.members()).isEmpty();
    assertThat(accepted.signals()).hasSize(1);
  }

  @Test
  void typingIsToldToTheOthers() {
    Decision.Accepted<RoomEntry> accepted = room.accept(new RoomCommand.Type(BOB, true));
    assertThat(accepted.signals()).containsExactly(new RoomSignal.Typing(BOB.user(), true));
    assertThat(accepted.signals().getFirst().exceptUser()).isEqualTo("bob");
    assertThat(accepted.entries()).isEmpty();
  }

  @Test
  void crowdsAreSparedReceiptsAndTyping() {
    room.online = Limits.MAX_RECEIPT_AUDIENCE + 1;
    assertThat(room.accept(new RoomCommand.Read(BOB, place(1))).signals()).isEmpty();
    assertThat(room.member("bob").readSequence()).isEqualTo(1);
    room.changesNothing(new RoomCommand.Type(BOB, true));
  }

  private static RoomCommand.Write write(Caller by) {
    return new RoomCommand.Write(by, "w1", "so far", "b1", "alice");
  }

  @Test
  void aMessageThatIsBeingWrittenIsToldAndNotJournaled() {
    Decision.Accepted<RoomEntry> accepted = room.accept(write(BOB));
    assertThat(accepted.entries()).isEmpty();
    RoomSignal.Growing growing = (RoomSignal.Growing) accepted.signals().getFirst();
    assertThat(growing.message().id()).isEqualTo("w1");
    assertThat(growing.message().author()).isEqualTo(BOB.user());
    assertThat(growing.message().content()).isEqualTo(new Content.Text("so far"));
    assertThat(growing.message().replyTo()).isEqualTo("b1");
    assertThat(growing.asker()).isEqualTo("alice");
    assertThat(growing.exceptUser()).isNull();
    RoomCommand.Write more = new RoomCommand.Write(BOB, "w1", "so far, so good", "b1", "alice");
    assertThat(room.accept(more).signals().getFirst().key())
        .as("the newer one replaces the older")
        .isEqualTo(growing.key());
  }

  @Test
  void onlyWhoMaySpeakMayWrite() {
    room.refuse(write(CAROL), Reason.NOT_A_MEMBER);
    room.accept(new RoomCommand.RemoveMember(ALICE, BOB.user()));
    room.refuse(write(BOB), Reason.NOT_A_MEMBER);
  }

  @Test
  void crowdsSeeFinishedMessagesOnly() {
    room.online = Limits.MAX_RECEIPT_AUDIENCE + 1;
    room.changesNothing(write(BOB));
  }

  @Test
  void theAskerAndModeratorsMayStopWhatIsBeingWritten() {
    room.enter(CAROL);
    room.changesNothing(new RoomCommand.Stop(BOB, "bob"));
    room.changesNothing(new RoomCommand.Stop(ALICE, "bob"));
    room.refuse(new RoomCommand.Stop(CAROL, "bob"), Reason.PERMISSION_DENIED);
    room.give(ALICE, CAROL, Role.MODERATOR);
    room.changesNothing(new RoomCommand.Stop(CAROL, "bob"));
  }
}
