package dev.parley.core.session;

import dev.parley.core.access.Access;
import dev.parley.core.access.Caller;
import dev.parley.core.error.Reason;
import dev.parley.core.error.RefusedException;
import dev.parley.core.limit.Limits;
import dev.parley.core.model.ModelEvent.Usage;
import dev.parley.core.session.SessionState.Existence;
import dev.parley.core.topic.Decision;
import dev.parley.core.topic.Decision.Accepted;
import dev.parley.core.topic.Facts;
import dev.parley.core.topic.Lookup;
import dev.parley.core.topic.MemberChange;
import dev.parley.core.topic.Role;
import dev.parley.core.topic.Rules;
import dev.parley.core.topic.TopicId;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The rules of a session. Pure.
public final class SessionRules implements Rules<SessionState, SessionCommand, SessionEntry> {
  /// The kind of topic that a session is.
  public static final String KIND = "session";

  /// Why the streams of a deleted session leave.
  private static final String DELETED = "DELETED";

  /// What a command without its text holds, with room to spare.
  private static final int COMMAND_BYTES = 1_024;

  /// The topic of a session.
  public static TopicId topic(String sessionId) {
    return new TopicId(KIND, sessionId);
  }

  @Override
  public String kind() {
    return KIND;
  }

  @Override
  public SessionState initial(TopicId topic) {
    return SessionState.none(topic.name());
  }

  @Override
  public int weigh(SessionCommand command) {
    return COMMAND_BYTES
        + switch (command) {
          case SessionCommand.Ask ask -> ask.text().length();
          case SessionCommand.Tell tell -> tell.text().length();
          case SessionCommand.Create create ->
              create.systemPrompt().length()
                  + create.before().stream().mapToInt(Exchange::length).sum();
          default -> 0;
        };
  }

  @Override
  public List<Lookup> needs(TopicId topic, SessionCommand command) {
    List<Lookup> needs = new ArrayList<>(2);
    if (command instanceof SessionCommand.OfUser of) {
      needs.add(new Lookup.OfMember(topic, of.by().id()));
    }
    String key = key(command);
    if (command instanceof SessionCommand.OfUser of && !key.isEmpty()) {
      needs.add(new Lookup.ByKey(topic, of.by().id(), key));
    }
    return needs;
  }

  /// The user's own id of what he wants; empty: it has none.
  private static String key(SessionCommand command) {
    return switch (command) {
      case SessionCommand.Ask ask -> ask.key();
      case SessionCommand.Again again -> again.key();
      default -> "";
    };
  }

  @Override
  public boolean isBusy(SessionState state) {
    return state.answer() != null;
  }

  @Override
  public SessionState apply(SessionState state, long sequence, SessionEntry entry) {
    Answer answer = state.answer();
    return switch (entry) {
      case SessionEntry.Changed changed -> state.changed(changed);
      case SessionEntry.Asked _ -> state.asked(sequence);
      case SessionEntry.Again again -> state.again(again.turn());
      case SessionEntry.Begun begun -> state.begun(Answer.begun(sequence, begun));
      case SessionEntry.Started _ -> answer == null ? state : state.with(answer.begins());
      case SessionEntry.Chunk chunk -> answer == null ? state : state.with(answer.plus(chunk));
      case SessionEntry.Ended ended -> state.ended(ended.answer());
    };
  }

  @Override
  public Decision<SessionEntry> decide(
      SessionState session, SessionCommand command, Facts<SessionEntry> facts, long nowMicros) {
    Instant now = Instant.EPOCH.plus(nowMicros, ChronoUnit.MICROS);
    try {
      if (!(command instanceof SessionCommand.Create)) {
        exists(session, command, facts);
      }
      return switch (command) {
        case SessionCommand.Create create -> create(session, create, nowMicros);
        case SessionCommand.Update update -> update(session, update);
        case SessionCommand.Delete delete -> delete(session, delete);
        case SessionCommand.Watch _ -> Accepted.nothing();
        case SessionCommand.Ask ask -> {
          Facts.Known<SessionEntry> before = before(ask, facts);
          yield before == null ? ask(session, ask, now) : repeated(before);
        }
        case SessionCommand.Again again -> {
          Facts.Known<SessionEntry> before = before(again, facts);
          yield before == null ? again(session, again) : repeated(before);
        }
        case SessionCommand.Stop stop -> stop(session, stop, now);
        case SessionCommand.Type type ->
            Accepted.tell(List.of(new SessionSignal.Typing(type.on())));
        case SessionCommand.Begin begin -> begin(session, begin, now);
        case SessionCommand.Tell tell -> tell(session, tell, now);
      };
    } catch (RefusedException e) {
      return new Decision.Refused<>(e.refusal());
    }
  }

  /// A session that is another's is answered like one that never existed.
  private static void exists(
      SessionState session, SessionCommand command, Facts<SessionEntry> facts)
      throws RefusedException {
    boolean seen =
        switch (command) {
          case SessionCommand.OfModel _ -> true;
          case SessionCommand.OfUser of ->
              Access.permits(of.by(), Access.Action.SEE, false, facts.member(of.by().id()), false);
        };
    if (session.status() != Existence.NOW || !seen) {
      throw notFound(session.id());
    }
  }

  /// That there is no such session, or none that the caller may see.
  public static RefusedException notFound(String id) {
    return new RefusedException(
        Reason.SESSION_NOT_FOUND.because("session not found: \"" + id + "\""));
  }

  /// What is brought along gets the places 2, 3, 4, …; all of it has its answers, or it would be
  /// asked again.
  private static Decision<SessionEntry> create(
      SessionState session, SessionCommand.Create create, long nowMicros) throws RefusedException {
    if (session.status() != Existence.NEVER) {
      throw invalid("session \"%s\" exists already".formatted(session.id()));
    }
    if (create.before().stream().anyMatch(exchange -> exchange.answer() == null)) {
      throw invalid("a turn without its answer is not to be brought along");
    }
    Caller by = create.by();
    SessionState.About about =
        new SessionState.About(
            by.id(),
            create.title(),
            create.model(),
            create.systemPrompt(),
            Instant.EPOCH.plus(nowMicros, ChronoUnit.MICROS));
    List<SessionEntry> entries = new ArrayList<>(1 + 2 * create.before().size());
    entries.add(new SessionEntry.Changed(by.id(), about, false, 0));
    SessionState.Totals totals = session.totals();
    for (Exchange exchange : create.before()) {
      entries.add(new SessionEntry.Asked(by.id(), "", exchange.question(), exchange.at()));
      totals = totals.asked();
      Answer answer = exchange.answer();
      if (answer != null) { // which was checked
        Answer copied = answer.copiedTo(entries.size());
        totals = totals.answered(copied);
        entries.add(new SessionEntry.Ended(copied, totals.messages()));
      }
    }
    return Accepted.journal(entries)
        .indexed(null)
        .members(List.of(new MemberChange.Put(by.id(), Role.OWNER, nowMicros)));
  }

  private static Decision<SessionEntry> update(SessionState session, SessionCommand.Update update) {
    SessionState.About before = session.about();
    SessionState.About after =
        new SessionState.About(
            before.owner(),
            or(update.title(), before.title()),
            or(update.model(), before.model()),
            or(update.systemPrompt(), before.systemPrompt()),
            before.createdAt());
    return after.equals(before)
        ? Accepted.nothing()
        : indexed(
            new SessionEntry.Changed(update.by().id(), after, false, session.totals().messages()));
  }

  private static String or(@Nullable String wanted, String otherwise) {
    return wanted == null ? otherwise : wanted;
  }

  private static Decision<SessionEntry> delete(SessionState session, SessionCommand.Delete delete) {
    return indexed(
            new SessionEntry.Changed(
                delete.by().id(), session.about(), true, session.totals().messages()))
        .erasing()
        .evicting(new Decision.Eviction(null, DELETED));
  }

  /// What a command with the same key brought; null: nothing.
  private static Facts.@Nullable Known<SessionEntry> before(
      SessionCommand.OfUser command, Facts<SessionEntry> facts) {
    String key = key(command);
    return key.isEmpty() ? null : facts.byKey(command.by().id(), key);
  }

  private static Decision<SessionEntry> repeated(Facts.Known<SessionEntry> before) {
    return new Decision.Repeated<>(before.entry().sequence(), before.entry().atMicros());
  }

  private static Decision<SessionEntry> ask(
      SessionState session, SessionCommand.Ask ask, Instant now) throws RefusedException {
    hasRoom(session);
    return indexed(new SessionEntry.Asked(ask.by().id(), ask.key(), ask.text(), now));
  }

  /// Only of the newest turn: what was said after an earlier one would not fit its new answer.
  private static Decision<SessionEntry> again(SessionState session, SessionCommand.Again again)
      throws RefusedException {
    long turn = again.turn() == 0 ? session.lastTurn() : again.turn();
    if (session.lastTurn() == 0) {
      throw invalid("nothing was said in the session yet");
    }
    if (turn != session.lastTurn()) {
      throw invalid(
          "turn_sequence: %d (expected: %d, the newest turn's; or fork the session before this one)"
              .formatted(turn, session.lastTurn()));
    }
    if (session.isAnswering(turn) || session.queue().contains(turn)) {
      throw invalid("turn %d has no answer yet; stop it first, or wait".formatted(turn));
    }
    hasRoom(session);
    return indexed(new SessionEntry.Again(again.by().id(), again.key(), turn));
  }

  private static void hasRoom(SessionState session) throws RefusedException {
    if (session.queue().size() >= Limits.MAX_QUEUED_TURNS) {
      throw new RefusedException(
          Reason.LIMIT_REACHED.because(
              "%d messages wait for their answers (limit: %d); stop the answer, or wait"
                  .formatted(session.queue().size(), Limits.MAX_QUEUED_TURNS)));
    }
  }

  /// What waits is not stopped with the answer, nor by who stops an answer that has just ended:
  /// each turn was sent on purpose.
  private static Decision<SessionEntry> stop(
      SessionState session, SessionCommand.Stop stop, Instant now) {
    Answer answer = session.answer();
    Answer stopped;
    if (answer != null && (stop.turn() == 0 || stop.turn() == answer.turn())) {
      stopped = answer;
    } else if (session.queue().contains(stop.turn())) {
      String model = session.about().model();
      stopped = Answer.begun(0, new SessionEntry.Begun(stop.turn(), model, 0, now));
    } else {
      return Accepted.nothing();
    }
    return indexed(
        ended(
            session,
            stopped,
            new SessionCommand.End(Answer.Outcome.STOPPED, Usage.UNKNOWN, -1, "", ""),
            now));
  }

  private static Decision<SessionEntry> begin(
      SessionState session, SessionCommand.Begin begin, Instant now) throws RefusedException {
    if (session.answer() != null
        || session.queue().isEmpty()
        || session.queue().getFirst() != begin.turn()) {
      throw invalid("turn %d is not the next to be answered".formatted(begin.turn()));
    }
    return indexed(
        new SessionEntry.Begun(begin.turn(), begin.model(), begin.contextMessages(), now));
  }

  private static Decision<SessionEntry> tell(
      SessionState session, SessionCommand.Tell tell, Instant now) throws RefusedException {
    Answer answer = session.answer();
    if (answer == null || answer.sequence() != tell.answer()) {
      throw invalid("answer %d is not under way".formatted(tell.answer()));
    }
    List<SessionEntry> entries = new ArrayList<>(3);
    SessionCommand.End end = tell.end();
    boolean starts = end == null || end.outcome() == Answer.Outcome.COMPLETE;
    if (!answer.started() && (starts || !tell.text().isEmpty())) {
      entries.add(new SessionEntry.Started());
      answer = answer.begins();
    }
    if (!tell.text().isEmpty()) {
      SessionEntry.Chunk chunk = new SessionEntry.Chunk(answer.chunks() + 1, tell.text(), now);
      entries.add(chunk);
      answer = answer.plus(chunk);
    }
    if (end == null) {
      return Accepted.journal(entries);
    }
    entries.add(ended(session, answer, end, now));
    return Accepted.journal(entries).indexed(null);
  }

  private static SessionEntry.Ended ended(
      SessionState session, Answer answer, SessionCommand.End end, Instant now) {
    Answer ended = answer.ended(end, now);
    return new SessionEntry.Ended(ended, session.totals().answered(ended).messages());
  }

  private static Accepted<SessionEntry> indexed(SessionEntry entry) {
    return Accepted.journal(List.of(entry)).indexed(null);
  }

  private static RefusedException invalid(String message) {
    return new RefusedException(Reason.INVALID_REQUEST.because(message));
  }
}
