package dev.parley.core.session;

import dev.parley.core.model.ModelEvent.Usage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A session as it stands, apart from what was said in it.
///
/// @param id the session's id
/// @param status whether it exists
/// @param about what it is
/// @param totals what was said and used in it, in figures
/// @param queue places of the turns that wait for their answers, in order, that of the answer under
///     way not included
/// @param answer the answer that is under way; null: none is
/// @param lastTurn place of the newest turn; 0: there is none
public record SessionState(
    String id,
    Existence status,
    About about,
    Totals totals,
    List<Long> queue,
    @Nullable Answer answer,
    long lastTurn) {

  /// Whether a session exists.
  public enum Existence {
    NEVER,
    NOW,
    DELETED
  }

  /// What a session is.
  ///
  /// @param owner id of the user whom it belongs to
  /// @param title name to show; empty: none
  /// @param model who is asked for the next answer, as `PROVIDER/MODEL`
  /// @param systemPrompt instructions that come before all turns; empty: none
  public record About(
      String owner, String title, String model, String systemPrompt, Instant createdAt) {
    static final About NOTHING = new About("", "", "", "", Instant.EPOCH);
  }

  /// What was said and used in a session.
  ///
  /// @param userMessages how often the user has said something
  /// @param modelMessages answers with any text; of a turn that was answered again, each
  /// @param inputTokens of all prompts, as far as it is known
  /// @param outputTokens of all answers, as far as it is known
  /// @param costNanos of all answers, as far as it is known, in billionths of the unit of money
  public record Totals(
      int userMessages, int modelMessages, long inputTokens, long outputTokens, long costNanos) {
    static final Totals NONE = new Totals(0, 0, 0, 0, 0);

    /// What user and model have said.
    public int messages() {
      return userMessages + modelMessages;
    }

    Totals asked() {
      return new Totals(userMessages + 1, modelMessages, inputTokens, outputTokens, costNanos);
    }

    Totals answered(Answer answer) {
      Answer.End end = answer.end();
      Usage usage = end == null ? Usage.UNKNOWN : end.usage();
      return new Totals(
          userMessages,
          modelMessages + (answer.text().isEmpty() ? 0 : 1),
          inputTokens + Math.max(0, usage.input()),
          outputTokens + Math.max(0, usage.output()),
          costNanos + (end == null ? 0 : Math.max(0, end.costNanos())));
    }
  }

  public SessionState {
    queue = List.copyOf(queue);
  }

  static SessionState none(String id) {
    return new SessionState(id, Existence.NEVER, About.NOTHING, Totals.NONE, List.of(), null, 0);
  }

  /// Whether an answer is under way or to come.
  public boolean isWaiting() {
    return answer != null || !queue.isEmpty();
  }

  SessionState changed(SessionEntry.Changed changed) {
    return changed.deleted()
        ? new SessionState(id, Existence.DELETED, About.NOTHING, Totals.NONE, List.of(), null, 0)
        : new SessionState(id, Existence.NOW, changed.about(), totals, queue, answer, lastTurn);
  }

  SessionState asked(long turn) {
    return new SessionState(id, status, about, totals.asked(), with(turn), answer, turn);
  }

  SessionState again(long turn) {
    return new SessionState(id, status, about, totals, with(turn), answer, lastTurn);
  }

  SessionState begun(Answer next) {
    return new SessionState(id, status, about, totals, without(next.turn()), next, lastTurn);
  }

  SessionState with(Answer now) {
    return new SessionState(id, status, about, totals, queue, now, lastTurn);
  }

  /// What ended may also be a turn that waited, while another is being answered.
  SessionState ended(Answer ended) {
    Answer left = isAnswering(ended.turn()) ? null : answer;
    List<Long> waiting = without(ended.turn());
    return new SessionState(id, status, about, totals.answered(ended), waiting, left, lastTurn);
  }

  /// Whether the answer that is under way is to a turn.
  boolean isAnswering(long turn) {
    return answer != null && answer.turn() == turn;
  }

  private List<Long> with(long turn) {
    List<Long> longer = new ArrayList<>(queue);
    longer.add(turn);
    return longer;
  }

  private List<Long> without(long turn) {
    return queue.stream().filter(each -> each != turn).toList();
  }
}
