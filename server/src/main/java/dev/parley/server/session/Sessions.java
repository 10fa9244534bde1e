package dev.parley.server.session;

import dev.parley.core.access.Access;
import dev.parley.core.access.Caller;
import dev.parley.core.error.RefusedException;
import dev.parley.core.limit.Limits;
import dev.parley.core.session.Answer;
import dev.parley.core.session.Context;
import dev.parley.core.session.Exchange;
import dev.parley.core.session.SessionEntry;
import dev.parley.core.session.SessionRules;
import dev.parley.core.session.SessionState;
import dev.parley.core.topic.Entry;
import dev.parley.core.topic.JournalException;
import dev.parley.core.topic.JournalReader;
import dev.parley.core.topic.Lookup;
import dev.parley.core.topic.Member;
import dev.parley.core.topic.TopicHead;
import dev.parley.core.topic.TopicId;
import java.util.List;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/// Sessions as the journal's reader knows them. Stateless; blocks where the reader does.
final class Sessions {
  private static final SessionCodec CODEC = new SessionCodec();
  private static final SessionRules RULES = new SessionRules();

  /// Turns and answers read at once on the way back from the newest.
  private static final int READ_AT_ONCE = 3 * Limits.MAX_QUEUED_TURNS;

  private Sessions() {}

  /// A session as it stood at a place in its journal.
  record Stand(SessionState state, long lastSequence) {}

  /// What is to be done next in a session.
  sealed interface Next {
    /// Nothing waits.
    enum Nothing implements Next {
      NOTHING
    }

    /// An answer is under way that nobody works at.
    record Orphan(long answer) implements Next {}

    /// A turn waits for its answer.
    record Question(long turn, String owner, String model, Context context) implements Next {}
  }

  /// A session that the caller may see.
  ///
  /// @throws RefusedException SESSION_NOT_FOUND if there is none
  static Stand visible(JournalReader reader, Caller caller, String session)
      throws JournalException, RefusedException {
    Lookup.OfMember lookup = new Lookup.OfMember(SessionRules.topic(session), caller.id());
    Member member = reader.find(List.of(lookup)).members().get(lookup);
    Stand stand = stand(reader, session);
    if (stand == null || !Access.permits(caller, Access.Action.SEE, false, member, false)) {
      throw SessionRules.notFound(session);
    }
    return stand;
  }

  /// A session; null: there is none, or not any more. The stored state may be older than the
  /// journal by the chunks of one answer.
  static @Nullable Stand stand(JournalReader reader, String session) throws JournalException {
    TopicId topic = SessionRules.topic(session);
    TopicHead head = reader.head(topic);
    if (head == null || head.erased()) {
      return null;
    }
    SessionState state = state(head);
    long sequence = head.snapshot().sequence();
    while (sequence < head.lastSequence()) {
      List<Entry> page =
          reader.read(topic, sequence, head.lastSequence(), Limits.MAX_PAGE, Limits.MAX_READ_BYTES);
      if (page.isEmpty()) {
        return null; // deleted meanwhile
      }
      for (Entry entry : page) {
        sequence = entry.sequence();
        state = RULES.apply(state, sequence, CODEC.decode(topic, entry));
      }
    }
    return new Stand(state, sequence);
  }

  static SessionState state(TopicHead head) {
    return head.snapshot().sequence() == 0
        ? RULES.initial(head.topic())
        : CODEC.decodeState(head.topic(), head.snapshot().state());
  }

  /// What is to be done next, if nobody works at the session.
  ///
  /// @param maxBytes how many bytes of UTF-8 a model is shown
  static Next next(JournalReader reader, String session, ToLongFunction<String> maxBytes)
      throws JournalException {
    Stand stand = stand(reader, session);
    if (stand == null) {
      return Next.Nothing.NOTHING;
    }
    Answer answer = stand.state().answer();
    if (answer != null) {
      return new Next.Orphan(answer.sequence());
    }
    if (stand.state().queue().isEmpty()) {
      return Next.Nothing.NOTHING;
    }
    long turn = stand.state().queue().getFirst();
    TopicId topic = SessionRules.topic(session);
    List<Entry> asked = page(reader, topic, turn - 1, turn);
    if (asked.isEmpty()) {
      return Next.Nothing.NOTHING; // deleted meanwhile
    }
    if (!(CODEC.decode(topic, asked.getFirst()) instanceof SessionEntry.Asked question)) {
      throw new IllegalStateException("entry %d of %s is no turn".formatted(turn, topic));
    }
    SessionState.About about = stand.state().about();
    long most = maxBytes.applyAsLong(about.model());
    List<Exchange> before = before(reader, topic, turn, stand.lastSequence(), most);
    return new Next.Question(
        turn,
        about.owner(),
        about.model(),
        Context.of(about.systemPrompt(), before, question.text(), most));
  }

  /// The exchanges before a turn, at least as many of the newest as a model may be shown. They are
  /// read from the journal's end on, for there their answers may stand, and a few can be all that
  /// fits.
  private static List<Exchange> before(
      JournalReader reader, TopicId topic, long turn, long last, long maxBytes)
      throws JournalException {
    Exchange.Gathering gathering = new Exchange.Gathering(0, turn);
    long oldest = last + 1;
    while (oldest > turn
        || (oldest > 0
            && gathering.turns() <= Limits.MAX_CONTEXT_TURNS
            && gathering.bytes() <= maxBytes)) {
      long end = oldest;
      oldest = reader.oldestOf(READ_AT_ONCE, topic, end, null);
      long after = oldest - 1;
      List<Entry> page = oldest == 0 ? List.of() : page(reader, topic, after, end - 1);
      while (!page.isEmpty()) {
        for (Entry entry : page) {
          after = entry.sequence();
          gathering.add(after, CODEC.decode(topic, entry));
        }
        page = page(reader, topic, after, end - 1);
      }
    }
    return gathering.exchanges();
  }

  private static List<Entry> page(JournalReader reader, TopicId topic, long after, long last)
      throws JournalException {
    return reader.page(topic, after, last + 1, null, Limits.MAX_PAGE, Limits.MAX_READ_BYTES);
  }

  /// A page of a session's exchanges.
  ///
  /// @param next place after which the next page begins; 0: there is none
  record Page(Stand stand, List<Exchange> exchanges, long next) {}

  /// Exchanges after a place, each with all its answers: those have come when the turn after it is
  /// answered, for only the newest is answered again.
  static Page page(JournalReader reader, Caller caller, String session, long from, int limit)
      throws JournalException, RefusedException {
    Stand stand = visible(reader, caller, session);
    TopicId topic = SessionRules.topic(session);
    Exchange.Gathering gathering = new Exchange.Gathering(from, Long.MAX_VALUE);
    int wanted = limit;
    long after = from;
    boolean exhausted = false;
    List<Exchange> exchanges = List.of();
    while (!exhausted && answered(exchanges) <= wanted) {
      List<Entry> read = page(reader, topic, after, stand.lastSequence());
      exhausted = read.isEmpty();
      for (Entry entry : read) {
        after = entry.sequence();
        gathering.add(after, CODEC.decode(topic, entry));
      }
      exchanges = gathering.exchanges();
      if (gathering.bytes() > Limits.MAX_ANSWER_BYTES) {
        wanted = Math.clamp(answered(exchanges) - 1L, 1, wanted);
      }
    }
    List<Exchange> told = List.copyOf(exchanges.subList(0, Math.min(wanted, exchanges.size())));
    boolean more = told.size() < exchanges.size() || !exhausted;
    return new Page(stand, told, more && !told.isEmpty() ? told.getLast().sequence() : 0);
  }

  /// How many from the first on have answers.
  private static int answered(List<Exchange> exchanges) {
    int count = 0;
    while (count < exchanges.size() && exchanges.get(count).answer() != null) {
      count++;
    }
    return count;
  }

  /// A session's turn or answer as it was found.
  static SessionEntry entry(String session, Entry entry) {
    return CODEC.decode(SessionRules.topic(session), entry);
  }
}
