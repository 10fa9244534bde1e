package dev.parley.models;

import dev.parley.core.model.Model;
import dev.parley.core.model.ModelEvent;
import dev.parley.core.model.ModelEvent.StopReason;
import dev.parley.core.model.ModelEvent.Usage;
import dev.parley.core.model.Prompt;
import dev.parley.core.model.Prompt.Part;
import dev.parley.core.model.Prompt.Role;
import dev.parley.core.model.Prompt.Turn;
import java.time.Duration;
import java.util.Iterator;
import java.util.StringJoiner;
import java.util.StringTokenizer;
import java.util.concurrent.Flow;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.IntStream;

/// A model that needs neither a network nor a key: it repeats what was said last and counts the
/// turns, a word at a time. The same prompt gets the same answer. Takes text only, and ignores all
/// else; a token is a word. Thread-safe.
public final class SimulatedModel implements Model {
  /// Time between two words, unless another is wanted.
  public static final Duration DEFAULT_PACE = Duration.ofMillis(50);

  private static final String WHITE_SPACE = " \t\n\u000B\f\r";

  private final Duration pace;
  private final ScheduledExecutorService executor;

  /// Answers at [#DEFAULT_PACE].
  ///
  /// @param executor tells subscribers; stays the caller's
  public SimulatedModel(ScheduledExecutorService executor) {
    this(DEFAULT_PACE, executor);
  }

  /// @param pace time between two words; zero: none
  /// @param executor tells subscribers; stays the caller's
  public SimulatedModel(Duration pace, ScheduledExecutorService executor) {
    if (pace.isNegative()) {
      throw new IllegalArgumentException("pace: " + pace + " (expected: >= 0)");
    }
    this.pace = pace;
    this.executor = executor;
  }

  @Override
  public Flow.Publisher<ModelEvent> answer(Prompt prompt) {
    return subscriber -> {
      SimulatedAnswer answer =
          new SimulatedAnswer(subscriber, events(prompt), pace.toNanos(), executor);
      subscriber.onSubscribe(answer);
      answer.begin();
    };
  }

  /// The events of an answer, each made when it is wanted: a long answer under way takes no more
  /// than its text.
  private static Iterator<ModelEvent> events(Prompt prompt) {
    StringTokenizer words = words(reply(prompt));
    int all = words.countTokens();
    Integer wanted = prompt.sampling().maxTokens();
    int told = wanted == null ? all : Math.clamp(wanted, 0, all);
    boolean cut = told < all;
    long input = prompt.turns().stream().mapToLong(turn -> words(text(turn)).countTokens()).sum();
    ModelEvent finished =
        new ModelEvent.Finished(
            cut ? StopReason.LENGTH : StopReason.STOP,
            cut ? "length" : "stop",
            new Usage(input, told, 0, 0));
    return IntStream.rangeClosed(-1, told)
        .<ModelEvent>mapToObj(
            i -> {
              if (i < 0) {
                return new ModelEvent.Started("", prompt.model());
              }
              return i == told ? finished : text(words.nextToken(), i + 1 < all);
            })
        .iterator();
  }

  private static ModelEvent text(String word, boolean goesOn) {
    return new ModelEvent.Text(goesOn ? word + " " : word);
  }

  private static String reply(Prompt prompt) {
    String said =
        prompt.turns().reversed().stream()
            .filter(turn -> turn.role() == Role.USER)
            .findFirst()
            .map(SimulatedModel::text)
            .orElse("");
    long turns = prompt.turns().stream().filter(turn -> turn.role() != Role.SYSTEM).count();
    return (said.isBlank() ? "You said nothing in words." : "You said: " + said.strip())
        + " This conversation has %d %s so far.".formatted(turns, turns == 1 ? "turn" : "turns");
  }

  private static String text(Turn turn) {
    StringJoiner all = new StringJoiner(" ");
    for (Part part : turn.parts()) {
      if (part instanceof Part.Text text) {
        all.add(text.text());
      }
    }
    return all.toString();
  }

  private static StringTokenizer words(String text) {
    return new StringTokenizer(text, WHITE_SPACE);
  }
}
