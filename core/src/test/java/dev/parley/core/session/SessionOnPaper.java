package dev.parley.core.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.core.access.Caller;
import dev.parley.core.error.Reason;
import dev.parley.core.model.ModelEvent.Usage;
import dev.parley.core.topic.Decision;
import dev.parley.core.topic.Entry;
import dev.parley.core.topic.Facts;
import dev.parley.core.topic.Member;
import dev.parley.core.topic.MemberChange;
import dev.parley.core.user.Profile;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// A session without an engine: asks the rules, and keeps what they decide as an engine would.
final class SessionOnPaper implements Facts<SessionEntry> {
  static final Caller ANN = caller("ann");
  static final Caller BEN = caller("ben");
  static final long NOW_MICROS = 1_700_000_000_000_000L;

  private final SessionRules rules = new SessionRules();
  final List<Known<SessionEntry>> entries = new ArrayList<>();
  final Map<String, Member> members = new TreeMap<>();
  SessionState state = rules.initial(SessionRules.topic("s"));
  long nowMicros = NOW_MICROS;

  static Caller caller(String id) {
    return new Caller(new Profile(id, id, id, ""), Set.of());
  }

  static SessionOnPaper made() {
    SessionOnPaper session = new SessionOnPaper();
    session.accept(new SessionCommand.Create(ANN, "Title", "simulated/simulated", "", List.of()));
    return session;
  }

  static SessionCommand.Ask ask(String key, String text) {
    return new SessionCommand.Ask(ANN, key, text);
  }

  static SessionCommand.End complete() {
    return new SessionCommand.End(Answer.Outcome.COMPLETE, new Usage(3, 5, 0, 0), 7, "STOP", "");
  }

  /// Has the turn that is next begun to be answered.
  ///
  /// @return the answer's sequence
  long begin() {
    accept(new SessionCommand.Begin(state.queue().getFirst(), "simulated/simulated", 1));
    return entries.size();
  }

  Decision<SessionEntry> decide(SessionCommand command) {
    Decision<SessionEntry> decision = rules.decide(state, command, this, nowMicros);
    if (decision instanceof Decision.Accepted<SessionEntry> accepted) {
      accepted.entries().forEach(this::append);
      for (MemberChange change : accepted.members()) {
        if (change instanceof MemberChange.Put put) {
          members.put(put.user(), new Member(put.user(), put.role(), put.atMicros(), 0));
        }
      }
    }
    return decision;
  }

  Decision.Accepted<SessionEntry> accept(SessionCommand command) {
    Decision<SessionEntry> decision = decide(command);
    assertThat(decision).isInstanceOf(Decision.Accepted.class);
    return (Decision.Accepted<SessionEntry>) decision;
  }

  void refuse(SessionCommand command, Reason reason) {
    SessionState before = state;
    Decision<SessionEntry> decision = decide(command);
    assertThat(decision).isInstanceOf(Decision.Refused.class);
    assertThat(((Decision.Refused<SessionEntry>) decision).refusal().reason()).isEqualTo(reason);
    assertThat(state).isSameAs(before);
  }

  /// The newest entry.
  SessionEntry last() {
    return entries.getLast().content();
  }

  private void append(SessionEntry entry) {
    long sequence = entries.size() + 1L;
    state = rules.apply(state, sequence, entry);
    String author = "";
    String key = "";
    if (entry instanceof SessionEntry.Asked asked) {
      author = asked.by();
      key = asked.key();
    } else if (entry instanceof SessionEntry.Again again) {
      author = again.by();
      key = again.key();
    }
    String stored = key.isEmpty() ? null : key;
    entries.add(new Known<>(new Entry(sequence, 1, author, stored, nowMicros, new byte[0]), entry));
  }

  @Override
  public Known<SessionEntry> byKey(String author, String key) {
    return entries.stream()
        .filter(known -> known.entry().author().equals(author))
        .filter(known -> key.equals(known.entry().key()))
        .findFirst()
        .orElse(null);
  }

  @Override
  public Known<SessionEntry> byAnyKey(String key) {
    throw new AssertionError("nothing is named by a key of anybody's");
  }

  @Override
  public Known<SessionEntry> at(long sequence) {
    throw new AssertionError("nothing is named by its place");
  }

  @Override
  public Member member(String user) {
    return members.get(user);
  }

  @Override
  public boolean present(String user) {
    return false;
  }

  @Override
  public int online() {
    return 0;
  }

  @Override
  public long lastSequence() {
    return entries.size();
  }
}
