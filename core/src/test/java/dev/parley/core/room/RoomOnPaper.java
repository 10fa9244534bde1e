package dev.parley.core.room;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.core.access.Caller;
import dev.parley.core.access.Caller.Right;
import dev.parley.core.error.Reason;
import dev.parley.core.room.RoomState.Visibility;
import dev.parley.core.topic.Decision;
import dev.parley.core.topic.Entry;
import dev.parley.core.topic.Facts;
import dev.parley.core.topic.Member;
import dev.parley.core.topic.MemberChange;
import dev.parley.core.topic.Role;
import dev.parley.core.user.Profile;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// A room without an engine: asks the rules, and keeps what they decide as an engine would.
final class RoomOnPaper implements Facts<RoomEntry> {
  static final long NOW_MICROS = 1_700_000_000_000_000L;

  private final RoomRules rules = new RoomRules();
  final List<Known<RoomEntry>> entries = new ArrayList<>();
  final Map<String, Member> members = new TreeMap<>();
  final Set<String> present = new HashSet<>();
  RoomState state = rules.initial(RoomRules.topic("attic"));
  int online;
  boolean listed;

  static Profile profile(String id) {
    return new Profile(id, id, id, "");
  }

  static Caller caller(String id, Right... rights) {
    Set<Right> all = EnumSet.of(Right.CREATE_ROOMS);
    all.addAll(List.of(rights));
    return new Caller(profile(id), all);
  }

  static RoomOnPaper made(Caller owner, Visibility visibility) {
    RoomOnPaper room = new RoomOnPaper();
    room.accept(new RoomCommand.Create(owner, "Attic", "", visibility, List.of(), false));
    return room;
  }

  static RoomOnPaper direct(Caller one, Caller other) {
    RoomOnPaper room = new RoomOnPaper();
    room.accept(openDirect(one, other));
    return room;
  }

  static RoomCommand.Create openDirect(Caller one, Caller other) {
    List<Profile> people = List.of(one.user(), other.user());
    return new RoomCommand.Create(one, "", "", Visibility.DIRECT, people, true);
  }

  static RoomCommand.Say say(Caller by, String id) {
    return say(by, id, "");
  }

  static RoomCommand.Say say(Caller by, String id, String replyTo) {
    Content content = new Content.Text("text of " + id);
    return new RoomCommand.Say(by, by.user(), id, content, null, replyTo, List.of(), false);
  }

  static RoomCommand.Target id(String id) {
    return new RoomCommand.Target.ById(id);
  }

  static RoomCommand.Target place(long sequence) {
    return new RoomCommand.Target.BySequence(sequence);
  }

  Decision<RoomEntry> ask(RoomCommand command) {
    Decision<RoomEntry> decision = rules.decide(state, command, this, NOW_MICROS);
    if (decision instanceof Decision.Accepted<RoomEntry> accepted) {
      accepted.entries().forEach(this::append);
      accepted.members().forEach(this::change);
      accepted.evicted().forEach(this::evict);
      if (accepted.guestsEvicted() != null) {
        present.removeIf(user -> !members.containsKey(user));
      }
      listed = accepted.listed() != null ? accepted.listed() : listed;
    }
    return decision;
  }

  Decision.Accepted<RoomEntry> accept(RoomCommand command) {
    Decision<RoomEntry> decision = ask(command);
    assertThat(decision).isInstanceOf(Decision.Accepted.class);
    return (Decision.Accepted<RoomEntry>) decision;
  }

  void refuse(RoomCommand command, Reason reason) {
    RoomState before = state;
    Decision<RoomEntry> decision = ask(command);
    assertThat(decision).isInstanceOf(Decision.Refused.class);
    assertThat(((Decision.Refused<RoomEntry>) decision).refusal().reason()).isEqualTo(reason);
    assertThat(state).isEqualTo(before);
  }

  void changesNothing(RoomCommand command) {
    assertThat(accept(command)).isEqualTo(Decision.Accepted.nothing());
  }

  void repeats(RoomCommand command, long sequence) {
    assertThat(ask(command)).isEqualTo(new Decision.Repeated<>(sequence, NOW_MICROS));
  }

  /// Joins as a member, listening.
  void enter(Caller user) {
    accept(new RoomCommand.Join(user, RoomCommand.Join.As.MEMBER));
    present.add(user.id());
  }

  /// Listens without being a member.
  void visit(Caller user) {
    accept(new RoomCommand.Join(user, RoomCommand.Join.As.GUEST));
    present.add(user.id());
  }

  void give(Caller by, Caller user, Role role) {
    accept(new RoomCommand.AddMember(by, user.user(), role));
  }

  Message message(long sequence) {
    return ((RoomEntry.Said) entries.get((int) sequence - 1).content()).message();
  }

  private void append(RoomEntry entry) {
    long sequence = entries.size() + 1L;
    state = rules.apply(state, sequence, entry);
    entries.add(new Known<>(stored(sequence, entry), entry));
    switch (entry) {
      case RoomEntry.Edited edited -> amend(edited.message());
      case RoomEntry.Deleted deleted -> amend(deleted.message());
      case RoomEntry.Reacted reacted -> amend(reacted.message());
      case RoomEntry.Said _, RoomEntry.RoomChanged _, RoomEntry.MemberChanged _ -> {}
    }
  }

  private static Entry stored(long sequence, RoomEntry entry) {
    String key =
        switch (entry) {
          case RoomEntry.Said said -> said.message().id();
          case RoomEntry.Edited edited -> edited.key();
          case RoomEntry.Deleted deleted -> deleted.key();
          case RoomEntry.Reacted reacted -> reacted.key();
          case RoomEntry.RoomChanged _, RoomEntry.MemberChanged _ -> "";
        };
    return new Entry(
        sequence, 1, entry.by().id(), key.isEmpty() ? null : key, NOW_MICROS, new byte[0]);
  }

  private void amend(Message message) {
    int index = (int) message.sequence() - 1;
    entries.set(index, new Known<>(entries.get(index).entry(), new RoomEntry.Said(message)));
  }

  private void change(MemberChange change) {
    Member before = members.get(change.user());
    switch (change) {
      case MemberChange.Put put ->
          members.put(
              put.user(),
              new Member(
                  put.user(),
                  put.role(),
                  put.atMicros(),
                  before == null ? 0 : before.readSequence()));
      case MemberChange.Remove remove -> members.remove(remove.user());
      case MemberChange.Read read ->
          members.computeIfPresent(
              read.user(),
              (user, m) -> new Member(user, m.role(), m.joinedAtMicros(), read.sequence()));
    }
  }

  private void evict(Decision.Eviction eviction) {
    if (eviction.user() == null) {
      present.clear();
    } else {
      present.remove(eviction.user());
    }
  }

  @Override
  public Known<RoomEntry> byKey(String author, String key) {
    return entries.stream()
        .filter(known -> known.entry().author().equals(author))
        .filter(known -> key.equals(known.entry().key()))
        .findFirst()
        .orElse(null);
  }

  @Override
  public Known<RoomEntry> byAnyKey(String key) {
    return entries.stream()
        .filter(known -> known.content() instanceof RoomEntry.Said)
        .filter(known -> key.equals(known.entry().key()))
        .findFirst()
        .orElse(null);
  }

  @Override
  public Known<RoomEntry> at(long sequence) {
    return sequence < 1 || sequence > entries.size() ? null : entries.get((int) sequence - 1);
  }

  @Override
  public Member member(String user) {
    return members.get(user);
  }

  @Override
  public boolean present(String user) {
    return present.contains(user);
  }

  @Override
  public int online() {
    return Math.max(online, present.size());
  }

  @Override
  public long lastSequence() {
    return entries.size();
  }

  static Instant now() {
    return Instant.EPOCH.plusNanos(NOW_MICROS * 1_000);
  }
}
