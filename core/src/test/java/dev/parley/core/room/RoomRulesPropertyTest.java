package dev.parley.core.room;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.core.access.Caller;
import dev.parley.core.limit.Limits;
import dev.parley.core.room.RoomState.Existence;
import dev.parley.core.room.RoomState.Visibility;
import dev.parley.core.topic.Decision;
import dev.parley.core.topic.Facts;
import dev.parley.core.topic.Member;
import dev.parley.core.topic.Role;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.Tuple.Tuple2;

/// Whatever is asked of a room, in whatever order, what must hold of it holds.
final class RoomRulesPropertyTest {
  private static final List<String> KEYS = List.of("", "1", "2", "3", "4");

  private final RoomRules rules = new RoomRules();

  @Provide
  Arbitrary<Caller> callers() {
    Arbitrary<Caller> plain = Arbitraries.of("a", "b", "c", "d").map(RoomOnPaper::caller);
    Arbitrary<Caller> root = Arbitraries.just(RoomOnPaper.caller("root", Caller.Right.ADMINISTER));
    return Arbitraries.frequencyOf(Tuple.of(12, plain), Tuple.of(1, root));
  }

  @Provide
  Arbitrary<List<RoomCommand>> commands() {
    Arbitrary<Caller> by = callers();
    Arbitrary<String> keys = Arbitraries.of(KEYS);
    Arbitrary<String> ids = Arbitraries.of(KEYS.subList(1, KEYS.size()));
    Arbitrary<RoomCommand.Target> targets =
        Arbitraries.oneOf(
            ids.map(RoomOnPaper::id), Arbitraries.longs().between(-1, 30).map(RoomOnPaper::place));
    Arbitrary<Visibility> visibilities = Arbitraries.of(Visibility.class);
    Arbitrary<Boolean> flags = Arbitraries.of(true, false);
    Content text = new Content.Text("x");
    Arbitrary<RoomCommand> command =
        Arbitraries.frequencyOf(
            often(
                2,
                Combinators.combine(by, visibilities, flags, callers())
                    .as(
                        (who, visibility, ifMissing, other) ->
                            new RoomCommand.Create(
                                who,
                                "",
                                "",
                                visibility,
                                visibility == Visibility.DIRECT
                                    ? List.of(who.user(), other.user())
                                    : List.of(),
                                ifMissing))),
            often(
                2,
                Combinators.combine(by, visibilities)
                    .as((who, visibility) -> new RoomCommand.Update(who, "n", null, visibility))),
            often(1, by.map(RoomCommand.DeleteRoom::new)),
            often(
                8,
                Combinators.combine(by, Arbitraries.of(RoomCommand.Join.As.class))
                    .as(RoomCommand.Join::new)),
            often(3, by.map(RoomCommand.Leave::new)),
            often(
                6,
                Combinators.combine(by, callers(), Arbitraries.of(Role.class))
                    .as((who, whom, role) -> new RoomCommand.AddMember(who, whom.user(), role))),
            often(
                3,
                Combinators.combine(by, callers())
                    .as((who, whom) -> new RoomCommand.RemoveMember(who, whom.user()))),
            often(8, Combinators.combine(by, ids).as((who, id) -> RoomOnPaper.say(who, id))),
            often(
                5,
                Combinators.combine(by, keys, targets)
                    .as(
                        (who, key, target) ->
                            new RoomCommand.Edit(who, key, target, text, List.of()))),
            often(3, Combinators.combine(by, keys, targets).as(RoomCommand.Delete::new)),
            often(
                5,
                Combinators.combine(by, keys, targets, Arbitraries.of("x", "y"), flags)
                    .as(RoomCommand.React::new)),
            often(5, Combinators.combine(by, targets).as(RoomCommand.Read::new)));
    return command.list().ofMinSize(10).ofMaxSize(60);
  }

  private static Tuple2<Integer, Arbitrary<? extends RoomCommand>> often(
      int frequency, Arbitrary<? extends RoomCommand> command) {
    return Tuple.of(frequency, command);
  }

  @Property(tries = 1_000)
  void whateverIsAskedTheInvariantsHold(@ForAll("commands") List<RoomCommand> commands) {
    RoomOnPaper room = new RoomOnPaper();
    for (RoomCommand command : commands) {
      Before before = new Before(room);
      AskedFacts asked = new AskedFacts(room, rules.needs(RoomRules.topic("attic"), command));
      rules.decide(room.state, command, asked, RoomOnPaper.NOW_MICROS);
      assertThat(asked.unasked).as("looked up without asking by %s", command).isEmpty();

      Decision<RoomEntry> decision = room.ask(command);
      if (decision instanceof Decision.Accepted<RoomEntry>) {
        if (command instanceof RoomCommand.Join) {
          room.present.add(command.by().id());
        }
      } else {
        before.assertUnchanged(room);
      }
      if (decision instanceof Decision.Refused<RoomEntry> refused) {
        assertThat(refused.refusal().message()).as("in words").doesNotContain("[", "{", "=");
      }
      assertInvariants(room);
      before.assertNothingTakenBack(room);
      assertKeysOnce(room);
    }
  }

  private static void assertInvariants(RoomOnPaper room) {
    RoomState state = room.state;
    if (state.visibility() == Visibility.DIRECT) {
      assertThat(state.directUsers().stream().map(user -> user.id()).toList())
          .containsOnlyOnceElementsOf(room.members.keySet());
      assertThat(room.members.values()).allMatch(member -> member.role() == Role.MEMBER);
    }
    if (state.status() == Existence.NEVER) {
      assertThat(room.entries).isEmpty();
      assertThat(room.members).isEmpty();
    }
    assertThat(room.listed).isEqualTo(state.status() == Existence.NOW && state.open());
    for (int i = 1; i <= room.entries.size(); i++) {
      if (room.at(i).content() instanceof RoomEntry.Said said) {
        Message message = said.message();
        assertThat(message.sequence()).isIn(0L, (long) i);
        assertThat(message.content() == null).isEqualTo(message.deletedAt() != null);
        assertThat(Reactions.count(message.reactions())).isLessThanOrEqualTo(Limits.MAX_REACTIONS);
      }
    }
    for (Member member : room.members.values()) {
      assertThat(member.readSequence()).isBetween(0L, room.lastSequence());
    }
  }

  /// The same author's key stands for one request of all.
  private static void assertKeysOnce(RoomOnPaper room) {
    Set<List<String>> seen = new HashSet<>();
    for (Facts.Known<RoomEntry> known : room.entries) {
      String key = known.entry().key();
      if (key != null) {
        assertThat(seen.add(List.of(known.entry().author(), key))).as("key %s", key).isTrue();
      }
    }
  }

  /// The room as it was.
  private static final class Before {
    private final RoomState state;
    private final Map<String, Member> members;
    private final int entries;
    private final boolean owned;
    private final Map<Integer, Message> messages = new HashMap<>();

    Before(RoomOnPaper room) {
      state = room.state;
      members = new HashMap<>(room.members);
      entries = room.entries.size();
      owned = owned(room);
      for (int i = 0; i < entries; i++) {
        if (room.entries.get(i).content() instanceof RoomEntry.Said said) {
          messages.put(i, said.message());
        }
      }
    }

    private static boolean owned(RoomOnPaper room) {
      return room.members.values().stream().anyMatch(member -> member.role() == Role.OWNER);
    }

    void assertUnchanged(RoomOnPaper room) {
      assertThat(room.state).isEqualTo(state);
      assertThat(room.members).isEqualTo(members);
      assertThat(room.entries).hasSize(entries);
    }

    void assertNothingTakenBack(RoomOnPaper room) {
      if (state.status() == Existence.DELETED) {
        assertThat(room.state).isEqualTo(state);
        assertThat(room.entries).hasSize(entries);
      }
      if (!room.members.keySet().contains("root") && !members.containsKey("root")) {
        // an administrator may take the last owner's role: the property is of the others
        assertThat(!owned || owned(room) || lastTakenByRoot(room)).isTrue();
      }
      members.forEach(
          (user, member) -> {
            Member now = room.members.get(user);
            if (now != null) {
              assertThat(now.readSequence()).isGreaterThanOrEqualTo(member.readSequence());
            }
          });
      messages.forEach(
          (index, was) -> {
            Message is = ((RoomEntry.Said) room.entries.get(index).content()).message();
            assertThat(is.id()).isEqualTo(was.id());
            assertThat(is.author()).isEqualTo(was.author());
            assertThat(is.at()).isEqualTo(was.at());
            if (was.deletedAt() != null) {
              assertThat(is).isEqualTo(was);
            }
          });
    }

    private static boolean lastTakenByRoot(RoomOnPaper room) {
      return !room.entries.isEmpty()
          && Objects.equals(room.entries.getLast().content().by().id(), "root");
    }
  }
}
