package dev.parley.server.assistant;

import dev.parley.core.limit.Limits;
import dev.parley.server.config.AssistantSettings;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// How much one assistant is asked in one room: since the server's start, by minutes and days of
/// UTC. Guarded by [Assistants].
final class RoomUse {
  private static final long MINUTE_MICROS = Duration.ofMinutes(1).toMillis() * 1_000;
  private static final long DAY_MICROS = Duration.ofDays(1).toMillis() * 1_000;

  private int underWay;
  private long minute;
  private int asked;
  private long day;
  private long tokens;
  private final Map<Bound, Long> toldInMinute = new EnumMap<>(Bound.class);

  /// Whose bound is met when it does not answer.
  enum Bound {
    ROOM,
    ASKER,
    SERVER,
    STOPPING
  }

  /// Why it does not answer now, in its own words; null: it does, and has begun.
  @Nullable String begin(AssistantSettings settings, long nowMicros) {
    turn(nowMicros);
    if (settings.tokensPerDay() > 0 && tokens >= settings.tokensPerDay()) {
      return "I have used up this room's %d tokens for today; ask me again after midnight (UTC)."
          .formatted(settings.tokensPerDay());
    }
    if (asked >= settings.questionsPerMinute()) {
      return "I answer %d questions a minute in this room; ask me again in a minute."
          .formatted(settings.questionsPerMinute());
    }
    if (underWay >= Limits.MAX_ANSWERS_IN_ROOM) {
      return "I am writing %d answers in this room; ask me again when one is finished or stopped."
          .formatted(Limits.MAX_ANSWERS_IN_ROOM);
    }
    asked++;
    underWay++;
    return null;
  }

  /// An answer has ended.
  ///
  /// @param used tokens of the question and the answer
  void end(long used, long nowMicros) {
    turn(nowMicros);
    underWay--;
    tokens += used;
  }

  /// Whether the room is to be told why it does not answer: of each bound once a minute, so that a
  /// flood of questions is no flood of refusals, and none keeps another from being told.
  boolean mayTell(Bound bound, long nowMicros) {
    turn(nowMicros);
    Long told = toldInMinute.put(bound, minute);
    return told == null || told != minute;
  }

  private void turn(long nowMicros) {
    long minuteNow = Math.floorDiv(nowMicros, MINUTE_MICROS);
    if (minuteNow != minute) {
      minute = minuteNow;
      asked = 0;
    }
    long dayNow = Math.floorDiv(nowMicros, DAY_MICROS);
    if (dayNow != day) {
      day = dayNow;
      tokens = 0;
    }
  }
}
