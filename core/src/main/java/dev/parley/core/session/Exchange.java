package dev.parley.core.session;

import java.nio.charset.StandardCharsets;
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
/// @param answer of those that ended the newest with any text, else the newest; null: none has
/// @param answers how many have ended
public record Exchange(
    long sequence, String question, Instant at, @Nullable Answer answer, int answers) {

  /// Characters of question and answer.
  int length() {
    return question.length() + (answer == null ? 0 : answer.text().length());
  }

  static long bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  /// Exchanges as they are gathered from a session's entries. The entries may come in any order,
  /// and in the journal a turn may stand before the answer to an earlier one. Holds no more of a
  /// turn than is told of it, however often it was answered. Not thread-safe.
  public static final class Gathering {
    private final long after;
    private final long before;
    private final TreeMap<Long, SessionEntry.Asked> asked = new TreeMap<>();
    private final Map<Long, Answered> answered = new HashMap<>();
    private long bytes;

    private record Answered(long sequence, Answer answer, int count) {
      boolean isBetterThan(Answered other) {
        return answer.text().isEmpty() == other.answer.text().isEmpty()
            ? sequence > other.sequence
            : !answer.text().isEmpty();
      }
    }

    /// Of the turns between two places, neither included.
    public Gathering(long after, long before) {
      this.after = after;
      this.before = before;
    }

    /// Takes an entry; what is neither a turn nor the end of an answer does not matter.
    public void add(long sequence, SessionEntry entry) {
      if (entry instanceof SessionEntry.Asked turn && isWanted(sequence)) {
        asked.put(sequence, turn);
        bytes += Exchange.bytes(turn.text());
      } else if (entry instanceof SessionEntry.Ended ended && isWanted(ended.answer().turn())) {
        answered.merge(
            ended.answer().turn(), new Answered(sequence, ended.answer(), 1), this::better);
        bytes += Exchange.bytes(ended.answer().text().toString());
      }
    }

    private boolean isWanted(long turn) {
      return turn > after && turn < before;
    }

    private Answered better(Answered one, Answered other) {
      boolean first = one.isBetterThan(other);
      Answered better = first ? one : other;
      Answered worse = first ? other : one;
      bytes -= Exchange.bytes(worse.answer().text().toString());
      return new Answered(better.sequence(), better.answer(), one.count() + other.count());
    }

    /// How many turns there are.
    public int turns() {
      return asked.size();
    }

    /// How many bytes of UTF-8 were said in them, as far as it is held.
    public long bytes() {
      return bytes;
    }

    /// The exchanges, in the order of their turns, in which they are answered.
    public List<Exchange> exchanges() {
      List<Exchange> exchanges = new ArrayList<>(asked.size());
      asked.forEach(
          (sequence, turn) -> {
            Answered best = answered.get(sequence);
            exchanges.add(
                new Exchange(
                    sequence,
                    turn.text(),
                    turn.at(),
                    best == null ? null : best.answer(),
                    best == null ? 0 : best.count()));
          });
      return exchanges;
    }
  }
}
