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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Sessions as the journal's reader knows them. Stateless; blocks where the reader does.
final class Sessions {
  private static final SessionCodec CODEC = new SessionCodec();
  private static final SessionRules RULES = new SessionRules();

  /// Turns and answers read at once on the way back from the newest. The turn that is next is among
  /// them: after it come at most those that wait, and answers that ended since it was asked.
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
  static Next next(JournalReader reader, String session) throws JournalException {
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
    List<Exchange> exchanges = newest(reader, topicOf(stand), turn, stand.lastSequence());
    Exchange asked = exchanges.getLast();
    if (asked.sequence() != turn) {
      throw new IllegalStateException("no turn %d in session %s".formatted(turn, session));
    }
    SessionState.About about = stand.state().about();
    List<Exchange> before = exchanges.subList(0, exchanges.size() - 1);
    return new Next.Question(
        turn,
        about.owner(),
        about.model(),
        Context.of(about.systemPrompt(), before, asked.question()));
  }

  private static TopicId topicOf(Stand stand) {
    return SessionRules.topic(stand.state().id());
  }

  /// The exchanges up to a turn, of those before it at least as many as a model may be shown. They
  /// are read from the newest on, because a few can be all that fits.
  private static List<Exchange> newest(JournalReader reader, TopicId topic, long turn, long last)
      throws JournalException {
    int most = 2 * (Limits.MAX_CONTEXT_TURNS + Limits.MAX_QUEUED_TURNS + 1);
    Map<Long, SessionEntry> entries = new TreeMap<>();
    long bytes = 0;
    long oldest = last + 1;
    while (oldest > 0 && entries.size() < most && bytes <= Limits.MAX_CONTEXT_BYTES) {
      long before = oldest;
      oldest = reader.oldestOf(READ_AT_ONCE, topic, before, null);
      long after = oldest - 1;
      List<Entry> page = oldest == 0 ? List.of() : page(reader, topic, after, before - 1);
      while (!page.isEmpty()) {
        for (Entry entry : page) {
          after = entry.sequence();
          SessionEntry content = CODEC.decode(topic, entry);
          boolean waits = content instanceof SessionEntry.Asked && after > turn;
          bytes += waits ? 0 : entry.body().length;
          entries.put(after, content);
        }
        page = page(reader, topic, after, before - 1);
      }
    }
    return Exchange.of(entries).stream().filter(each -> each.sequence() <= turn).toList();
  }

  private static List<Entry> page(JournalReader reader, TopicId topic, long after, long last)
      throws JournalException {
    return reader.page(topic, after, last + 1, null, Limits.MAX_PAGE, Limits.MAX_READ_BYTES);
  }

  /// A page of a session's exchanges.
  ///
  /// @param next place after which the next page begins; 0: there is none
  record Page(Stand stand, List<Exchange> exchanges, long next) {}

  /// Exchanges after a place. A turn's answer stands behind it, with at most so many other turns
  /// between as may wait: so what is read is little more than what is told.
  static Page page(JournalReader reader, Caller caller, String session, long from, int limit)
      throws JournalException, RefusedException {
    Stand stand = visible(reader, caller, session);
    TopicId topic = SessionRules.topic(session);
    Map<Long, SessionEntry> entries = new TreeMap<>();
    int wanted = limit;
    long after = from;
    long bytes = 0;
    boolean exhausted = false;
    List<Exchange> exchanges = List.of();
    while (!exhausted && !answered(exchanges, wanted)) {
      List<Entry> read = page(reader, topic, after, stand.lastSequence());
      exhausted = read.isEmpty();
      for (Entry entry : read) {
        entries.put(entry.sequence(), CODEC.decode(topic, entry));
        bytes += entry.body().length;
        after = entry.sequence();
      }
      exchanges = Exchange.of(entries);
      if (bytes > Limits.MAX_ANSWER_BYTES) {
        wanted = Math.clamp(leading(exchanges), 1, wanted);
      }
    }
    List<Exchange> told = new ArrayList<>(exchanges.subList(0, Math.min(wanted, exchanges.size())));
    boolean more = told.size() < exchanges.size() || !exhausted;
    return new Page(stand, told, more && !told.isEmpty() ? told.getLast().sequence() : 0);
  }

  private static boolean answered(List<Exchange> exchanges, int wanted) {
    return exchanges.size() >= wanted && leading(exchanges) >= wanted;
  }

  /// How many from the first on have their answers.
  private static int leading(List<Exchange> exchanges) {
    int count = 0;
    while (count < exchanges.size() && exchanges.get(count).answer() != null) {
      count++;
    }
    return count;
  }
}
