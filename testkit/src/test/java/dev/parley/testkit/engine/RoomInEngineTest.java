package dev.parley.testkit.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.core.access.Caller;
import dev.parley.core.error.Reason;
import dev.parley.core.limit.Limits;
import dev.parley.core.room.Content;
import dev.parley.core.room.Message;
import dev.parley.core.room.RoomCommand;
import dev.parley.core.room.RoomCommand.Target;
import dev.parley.core.room.RoomEntry;
import dev.parley.core.room.RoomRules;
import dev.parley.core.room.RoomState;
import dev.parley.core.room.RoomState.Visibility;
import dev.parley.core.topic.Append;
import dev.parley.core.topic.Attachment;
import dev.parley.core.topic.Departure;
import dev.parley.core.topic.Engine;
import dev.parley.core.topic.Entry;
import dev.parley.core.topic.Kinds;
import dev.parley.core.topic.Outcome;
import dev.parley.core.topic.Role;
import dev.parley.core.topic.Subscription;
import dev.parley.core.topic.TopicId;
import dev.parley.core.user.Status;
import dev.parley.testkit.ManualClock;
import dev.parley.testkit.topic.MemoryJournal;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Rooms, their rules and the engine together.
final class RoomInEngineTest {
  private static final TopicId ROOM = RoomRules.topic("attic");
  private static final Caller ALICE = caller("alice");
  private static final Caller BOB = caller("bob");

  private final PlainRoomCodec codec = new PlainRoomCodec();
  private final MemoryJournal journal = new MemoryJournal();
  private final WatchedJournal watched = new WatchedJournal(journal);
  private Engine engine = start();

  private static Caller caller(String id) {
    return new Caller(Desk.profile(id), Set.of(Caller.Right.CREATE_ROOMS));
  }

  private Engine start() {
    return new Engine(
        new Kinds().with(new RoomRules(), codec),
        watched,
        new ManualClock(),
        Limits.Tunable.defaults());
  }

  private List<Outcome> submit(RoomCommand... commands) {
    List<Outcome> outcomes = new ArrayList<>();
    for (RoomCommand command : commands) {
      engine.submit(ROOM, command, outcomes::add);
    }
    engine.turn();
    return outcomes;
  }

  private Attachment attach(Caller user, Ear ear) {
    List<Attachment> attachments = new ArrayList<>();
    engine.attach(
        ROOM,
        new RoomCommand.Join(user, RoomCommand.Join.As.MEMBER),
        new Subscription(user.user(), ear, true),
        Status.ONLINE,
        attachments::add);
    engine.turn();
    return attachments.getFirst();
  }

  private static RoomCommand create(Visibility visibility) {
    return new RoomCommand.Create(ALICE, "Attic", "", visibility, List.of(), false);
  }

  private static RoomCommand say(Caller by, String id) {
    Content text = new Content.Text("text of " + id);
    return new RoomCommand.Say(by, by.user(), id, text, null, "", List.of(), false);
  }

  private static void assertRefused(Reason reason, Outcome outcome) {
    assertThat(outcome).isInstanceOf(Outcome.Refused.class);
    assertThat(((Outcome.Refused) outcome).refusal().reason()).isEqualTo(reason);
  }

  private static void assertDone(long sequence, boolean repeated, Outcome outcome) {
    assertThat(outcome).isInstanceOf(Outcome.Done.class);
    assertThat(((Outcome.Done) outcome).sequence()).isEqualTo(sequence);
    assertThat(((Outcome.Done) outcome).repeated()).isEqualTo(repeated);
  }

  private Message message(long sequence) {
    Entry entry = journal.read(ROOM, sequence - 1, 1, 1).getFirst();
    return ((RoomEntry.Said) codec.decode(ROOM, entry)).message();
  }

  @BeforeEach
  void make() {
    assertDone(1, false, submit(create(Visibility.PUBLIC)).getFirst());
  }

  @Test
  void everythingInOneBatchIsAsIfOneAfterTheOther() {
    Target first = new Target.ById("a1");
    List<Outcome> outcomes =
        submit(
            new RoomCommand.Join(BOB, RoomCommand.Join.As.MEMBER),
            say(ALICE, "a1"),
            say(ALICE, "a1"),
            new RoomCommand.React(BOB, "r1", first, "👍", false),
            new RoomCommand.Edit(ALICE, "e1", first, new Content.Text("better"), List.of()),
            new RoomCommand.React(BOB, "r2", new Target.BySequence(2), "🎉", false),
            new RoomCommand.React(BOB, "r1", first, "👍", false));
    assertDone(2, false, outcomes.get(1));
    assertDone(2, true, outcomes.get(2));
    assertDone(3, false, outcomes.get(3));
    assertDone(4, false, outcomes.get(4));
    assertDone(5, false, outcomes.get(5));
    assertDone(3, true, outcomes.get(6));
    assertThat(message(2).content()).isEqualTo(new Content.Text("better"));
    assertThat(message(2).reactions())
        .containsExactly(
            new Message.Reaction("👍", List.of("bob")), new Message.Reaction("🎉", List.of("bob")));

    assertDone(6, false, submit(new RoomCommand.Delete(ALICE, "", first)).getFirst());
    assertThat(message(2).content()).isNull();
  }

  @Test
  void reactionsOfOneBatchRewriteTheirMessageOnceAndNoWords() {
    submit(say(ALICE, "a1"));
    RoomCommand[] reactions = new RoomCommand[200];
    for (int i = 0; i < reactions.length; i++) {
      reactions[i] =
          new RoomCommand.React(ALICE, "", new Target.ById("a1"), "👍", /* remove= */ i % 2 == 1);
    }
    submit(reactions);
    Append append = watched.commits.getLast().getFirst();
    assertThat(append.drafts()).hasSize(reactions.length);
    assertThat(append.amendments())
        .singleElement()
        .satisfies(amendment -> assertThat(amendment.rewords()).isFalse());
    assertThat(message(2).reactions()).isEmpty();
  }

  @Test
  void roomIsTheSameAfterARestart() {
    submit(
        say(ALICE, "a1"),
        new RoomCommand.AddMember(ALICE, BOB.user(), Role.MODERATOR),
        new RoomCommand.Update(ALICE, "Loft", "dusty", Visibility.PRIVATE));
    RoomState before = (RoomState) ((Attachment.Begun) attach(BOB, new Ear())).state();
    engine = start();
    Attachment.Begun begun = (Attachment.Begun) attach(BOB, new Ear());
    assertThat(begun.state()).isEqualTo(before);
    assertThat(begun.member().role()).isEqualTo(Role.MODERATOR);
    assertThat(begun.lastSequence()).isEqualTo(4);
    assertDone(2, true, submit(say(ALICE, "a1")).getFirst());
    assertRefused(Reason.ROOM_NOT_FOUND, submit(say(caller("carol"), "c1")).getFirst());
  }

  @Test
  void whoIsRemovedIsNoGuestForTheRestOfTheBatch() {
    attach(BOB, new Ear());
    List<Outcome> outcomes =
        submit(new RoomCommand.RemoveMember(ALICE, BOB.user()), say(BOB, "b1"));
    assertRefused(Reason.NOT_A_MEMBER, outcomes.get(1));
  }

  @Test
  void roomThatBecomesPrivateIsNotHeardByGuestsAnyMore() {
    Ear guest = new Ear();
    engine.attach(
        ROOM,
        new RoomCommand.Join(BOB, RoomCommand.Join.As.GUEST),
        new Subscription(BOB.user(), guest, false),
        Status.ONLINE,
        _ -> {});
    engine.turn();
    submit(say(ALICE, "a1"));
    submit(new RoomCommand.Update(ALICE, null, null, Visibility.PRIVATE));
    submit(say(ALICE, "a2"));
    assertThat(guest.sequences()).containsExactly(2L, 3L);
    assertThat(guest.evictions).hasSize(1);
  }

  @Test
  void deletedRoomKeepsNothingButItsId() {
    Ear ear = new Ear();
    attach(BOB, ear);
    submit(say(ALICE, "a1"));
    submit(new RoomCommand.DeleteRoom(ALICE));
    assertThat(ear.evictions).hasSize(1);
    assertThat(journal.read(ROOM, 0, 10, 1_000)).isEmpty();
    engine = start();
    assertRefused(Reason.ROOM_DELETED, submit(create(Visibility.PUBLIC)).getFirst());
    assertRefused(Reason.ROOM_NOT_FOUND, submit(say(ALICE, "a2")).getFirst());
  }

  @Test
  void memberWhoLeavesIsGoneFromTheRoomAndStaysOut() {
    Ear ear = new Ear();
    Attachment attached = attach(BOB, ear);
    assertThat(attached).isInstanceOf(Attachment.Begun.class);
    submit(new RoomCommand.Leave(BOB));
    assertThat(ear.evictions).hasSize(1);
    engine.detach(ROOM, new Subscription(BOB.user(), ear, true), Departure.EVICTED);
    assertRefused(Reason.NOT_A_MEMBER, submit(say(BOB, "b1")).getFirst());
    assertThat(journal.members(ROOM, "", 10)).extracting(m -> m.user()).containsExactly("alice");
  }
}
