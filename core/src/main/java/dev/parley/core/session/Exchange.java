package dev.parley.core.session;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What the user said, and the answer to it.
///
/// @param sequence place of the turn
/// @param question what the user said
/// @param answer null: it has not ended
public record Exchange(long sequence, String question, Instant at, @Nullable Answer answer) {

  /// Exchanges in the order in which they are answered, of entries in the order of the journal:
  /// there a turn may stand before the answer to an earlier one. An answer to a turn that is not
  /// among them is left out.
  ///
  /// @param entries by sequence; those that are neither turns nor ends of answers do not matter
  public static List<Exchange> of(Map<Long, SessionEntry> entries) {
    Map<Long, SessionEntry.Asked> asked = new TreeMap<>();
    Map<Long, Answer> answers = new HashMap<>();
    entries.forEach(
        (sequence, entry) -> {
          if (entry instanceof SessionEntry.Asked turn) {
            asked.put(sequence, turn);
          } else if (entry instanceof SessionEntry.Ended ended) {
            answers.put(ended.answer().turn(), ended.answer());
          }
        });
    List<Exchange> exchanges = new ArrayList<>(asked.size());
    asked.forEach(
        (sequence, turn) ->
            exchanges.add(new Exchange(sequence, turn.text(), turn.at(), answers.get(sequence))));
    return exchanges;
  }

  /// Characters of question and answer.
  int length() {
    return question.length() + (answer == null ? 0 : answer.text().length());
  }
}
