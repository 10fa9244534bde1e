package dev.parley.models;

import dev.parley.core.model.Model;
import dev.parley.core.model.ModelEvent;
import dev.parley.core.model.ModelEvent.StopReason;
import dev.parley.core.model.ModelEvent.Usage;
import dev.parley.core.model.Prompt;
import dev.parley.core.model.Prompt.Part;
import dev.parley.core.model.Prompt.Role;
import dev.parley.core.model.Prompt.Turn;
import dev.parley.core.time.Clock;
import java.time.Duration;
import java.util.Iterator;
import java.util.StringJoiner;
import java.util.StringTokenizer;
import java.util.concurrent.Flow;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/// A model that needs neither a network nor a key: it repeats what was said last and counts the
/// turns, a word at a time. The same prompt gets the same answer. Takes text only, and ignores all
/// else; a token is a word. Thread-safe.
public final class SimulatedModel implements Model {
  /// Time between two words, unless another is wanted.
  public static final Duration DEFAULT_PACE = Duration.ofMillis(50);

  private static final String WHITE_SPACE = " \t\n\u000B\f\r";

  private final Duration pace;
  private final Supplier<? extends ScheduledExecutorService> executors;
  private final Clock clock;

  /// By the machine's clock.
  public SimulatedModel(Duration pace, Supplier<? extends ScheduledExecutorService> executors) {
    this(pace, executors, Clock.system());
  }

  /// @param pace time from one word to the next; zero: none. To one who reads slowly all words come
  ///     at once that would have been told meanwhile
  /// @param executors gives each answer the one that tells its subscriber; they stay the caller's
  SimulatedModel(
      Duration pace, Supplier<? extends ScheduledExecutorService> executors, Clock clock) {
    if (pace.isNegative()) {
      throw new IllegalArgumentException("pace: " + pace + " (expected: >= 0)");
    }
    this.pace = pace;
    this.executors = executors;
    this.clock = clock;
  }

  @Override
  public Flow.Publisher<ModelEvent> answer(Prompt prompt) {
    return subscriber -> {
      SimulatedAnswer answer =
          new SimulatedAnswer(subscriber, events(prompt), pace.toNanos(), executors.get(), clock);
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
