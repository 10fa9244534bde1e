package dev.parley.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.parley.core.model.ModelEvent;
import dev.parley.core.model.ModelEvent.Finished;
import dev.parley.core.model.ModelEvent.Started;
import dev.parley.core.model.ModelEvent.StopReason;
import dev.parley.core.model.ModelEvent.Text;
import dev.parley.core.model.ModelEvent.Usage;
import dev.parley.core.model.ModelException;
import dev.parley.core.model.Prompt;
import dev.parley.core.model.Prompt.OutputFormat;
import dev.parley.core.model.Prompt.Part;
import dev.parley.core.model.Prompt.Role;
import dev.parley.core.model.Prompt.Sampling;
import dev.parley.core.model.Prompt.ToolChoice;
import dev.parley.core.model.Prompt.Turn;
import dev.parley.testkit.ManualClock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import java.util.concurrent.RunnableScheduledFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SimulatedModelTest {
  private static final Duration PACE = Duration.ofMillis(50);
  private static final Prompt HELLO =
      Prompt.of("parrot", List.of(Turn.of(Role.USER, "hello  there")));
  private static final Started STARTED = new Started("", "parrot");
  private static final List<ModelEvent> ANSWER =
      List.of(
          STARTED,
          new Text("You "),
          new Text("said: "),
          new Text("hello "),
          new Text("there "),
          new Text("This "),
          new Text("conversation "),
          new Text("has "),
          new Text("1 "),
          new Text("turn "),
          new Text("so "),
          new Text("far."),
          new Finished(StopReason.STOP, "stop", new Usage(2, 11, 0, 0)));

  private final ManualClock clock = new ManualClock();
  private final ManualExecutor executor = new ManualExecutor();
  private final SimulatedModel model = model(Duration.ZERO);

  private SimulatedModel model(Duration pace) {
    return new SimulatedModel(pace, () -> executor, clock);
  }

  @AfterEach
  void stop() {
    executor.shutdownNow();
  }

  @Test
  void repeatsWhatWasSaidAWordAtATime() {
    Subscriber subscriber = new Subscriber();
    model.answer(HELLO).subscribe(subscriber);
    subscriber.request(Long.MAX_VALUE);
    executor.run();
    assertThat(subscriber.events).isEqualTo(ANSWER);
    assertThat(subscriber.completed).isEqualTo(1);
    assertThat(subscriber.errors).isEmpty();
  }

  @Test
  void samePromptGetsTheSameAnswerForEachSubscriber() {
    Flow.Publisher<ModelEvent> publisher = model.answer(HELLO);
    Subscriber first = new Subscriber();
    Subscriber second = new Subscriber();
    publisher.subscribe(first);
    first.request(4);
    executor.run();
    publisher.subscribe(second);
    second.request(Long.MAX_VALUE);
    executor.run();
    first.request(Long.MAX_VALUE);
    executor.run();
    assertThat(first.events).isEqualTo(ANSWER);
    assertThat(second.events).isEqualTo(ANSWER);
  }

  @Test
  void knowsTheConversation() {
    Turn picture = new Turn(Role.USER, List.of(new Part.ImageLink("https://example.com/a.png")));
    List<Turn> turns =
        List.of(
            Turn.of(Role.SYSTEM, "Be brief."),
            Turn.of(Role.USER, "one"),
            Turn.of(Role.ASSISTANT, "two three"),
            Turn.of(Role.USER, "four\nfive"));
    assertThat(text(Prompt.of("parrot", turns)))
        .isEqualTo("You said: four five This conversation has 3 turns so far.");
    assertThat(text(Prompt.of("parrot", List.of(picture))))
        .isEqualTo("You said nothing in words. This conversation has 1 turn so far.");
  }

  @Test
  void endsAtTheMostTokens() {
    Prompt prompt =
        new Prompt(
            "parrot",
            HELLO.turns(),
            new Sampling(2, null, null, List.of(), null, null),
            List.of(),
            ToolChoice.AUTO,
            OutputFormat.Text.TEXT);
    Subscriber subscriber = new Subscriber();
    model.answer(prompt).subscribe(subscriber);
    subscriber.request(Long.MAX_VALUE);
    executor.run();
    assertThat(subscriber.events)
        .isEqualTo(
            List.of(
                STARTED,
                new Text("You "),
                new Text("said: "),
                new Finished(StopReason.LENGTH, "length", new Usage(2, 2, 0, 0))));
  }

  @Test
  void tellsNoMoreThanWasRequested() {
    Subscriber subscriber = new Subscriber();
    model.answer(HELLO).subscribe(subscriber);
    executor.run();
    assertThat(subscriber.events).isEmpty();
    for (int i = 1; i <= ANSWER.size(); i++) {
      subscriber.request(1);
      executor.run();
      assertThat(subscriber.events).isEqualTo(ANSWER.subList(0, i));
      assertThat(subscriber.completed).isEqualTo(i == ANSWER.size() ? 1 : 0);
    }
  }

  @Test
  void requestsAddUp() {
    Subscriber subscriber = new Subscriber();
    model.answer(HELLO).subscribe(subscriber);
    subscriber.request(2);
    subscriber.request(3);
    executor.run();
    assertThat(subscriber.events).isEqualTo(ANSWER.subList(0, 5));
    subscriber.request(Long.MAX_VALUE);
    subscriber.request(Long.MAX_VALUE);
    executor.run();
    assertThat(subscriber.events).isEqualTo(ANSWER);
  }

  @Test
  void requestsFromWithinAreServedInOrder() {
    Subscriber subscriber =
        new Subscriber() {
          @Override
          public void onSubscribe(Flow.Subscription its) {
            super.onSubscribe(its);
            its.request(1);
            executor.run();
            assertThat(events).as("nothing before onSubscribe has returned").isEmpty();
          }

          @Override
          public void onNext(ModelEvent event) {
            int before = events.size();
            super.onNext(event);
            request(1);
            assertThat(events).as("no call within a call").hasSize(before + 1);
          }
        };
    model.answer(HELLO).subscribe(subscriber);
    executor.run();
    assertThat(subscriber.events).isEqualTo(ANSWER);
    assertThat(subscriber.completed).isEqualTo(1);
  }

  @Test
  void waitsBetweenWordsOnly() {
    Subscriber subscriber = new Subscriber();
    model(PACE).answer(HELLO).subscribe(subscriber);
    subscriber.request(Long.MAX_VALUE);
    executor.run();
    for (int words = 1; words < 11; words++) {
      assertThat(subscriber.events).isEqualTo(ANSWER.subList(0, 1 + words));
      assertThat(executor.delays).hasSize(words).containsOnly(PACE);
      subscriber.request(1);
      executor.run();
      assertThat(subscriber.events).as("a request shortens no pause").hasSize(1 + words);
      clock.advance(PACE);
      executor.pass();
    }
    assertThat(subscriber.events).isEqualTo(ANSWER);
    assertThat(subscriber.completed).isEqualTo(1);
    assertThat(executor.delays).hasSize(10);
  }

  @Test
  void aWordThatIsLateMakesNoOtherLate() {
    Subscriber subscriber = new Subscriber();
    model(PACE).answer(HELLO).subscribe(subscriber);
    subscriber.request(Long.MAX_VALUE);
    executor.run();
    clock.advance(PACE.multipliedBy(3).plusMillis(10));
    executor.pass();
    assertThat(subscriber.events).isEqualTo(ANSWER.subList(0, 5));
    assertThat(executor.delays).containsExactly(PACE, PACE.minusMillis(10));
  }

  @Test
  void pausesPassWhileNothingIsRequested() {
    Subscriber subscriber = new Subscriber();
    model(Duration.ofMillis(1)).answer(HELLO).subscribe(subscriber);
    subscriber.request(2);
    executor.run();
    executor.pass();
    assertThat(subscriber.events).isEqualTo(ANSWER.subList(0, 2));
    subscriber.request(1);
    executor.run();
    assertThat(subscriber.events).isEqualTo(ANSWER.subList(0, 3));
  }

  @Test
  void nothingComesAfterCancelling() {
    Subscriber subscriber =
        new Subscriber() {
          @Override
          public void onNext(ModelEvent event) {
            super.onNext(event);
            if (events.size() == 3) {
              cancel();
            }
          }
        };
    model.answer(HELLO).subscribe(subscriber);
    subscriber.request(Long.MAX_VALUE);
    executor.run();
    subscriber.request(1);
    subscriber.request(-1);
    executor.run();
    assertThat(subscriber.events).isEqualTo(ANSWER.subList(0, 3));
    assertThat(subscriber.completed).isZero();
    assertThat(subscriber.errors).isEmpty();
  }

  @Test
  void cancellingEndsThePause() {
    Subscriber subscriber = new Subscriber();
    model(PACE).answer(HELLO).subscribe(subscriber);
    subscriber.request(Long.MAX_VALUE);
    executor.run();
    subscriber.cancel();
    subscriber.cancel();
    assertThat(executor.pauses).hasSize(1).allMatch(ScheduledFuture::isCancelled);
    executor.pass();
    assertThat(subscriber.events).isEqualTo(ANSWER.subList(0, 2));
    assertThat(subscriber.completed).isZero();
  }

  @Test
  void cancellingWithTheLastEventLeavesNothingToComplete() {
    Subscriber subscriber =
        new Subscriber() {
          @Override
          public void onNext(ModelEvent event) {
            super.onNext(event);
            if (event instanceof Finished) {
              cancel();
            }
          }
        };
    model.answer(HELLO).subscribe(subscriber);
    subscriber.request(Long.MAX_VALUE);
    executor.run();
    assertThat(subscriber.events).isEqualTo(ANSWER);
    assertThat(subscriber.completed).isZero();
  }

  @Test
  void requestsOfNothingAreAnError() {
    for (long count : new long[] {0, -1, Long.MIN_VALUE}) {
      Subscriber subscriber = new Subscriber();
      model(Duration.ofDays(1)).answer(HELLO).subscribe(subscriber);
      subscriber.request(5);
      executor.run();
      subscriber.request(count);
      subscriber.request(5);
      executor.run();
      executor.pass();
      assertThat(subscriber.events).isEqualTo(ANSWER.subList(0, 2));
      assertThat(subscriber.errors).hasSize(1);
      assertThat(subscriber.errors.getFirst())
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("request: %d (expected: > 0)", count);
      assertThat(subscriber.completed).isZero();
    }
  }

  @Test
  void saysSoWhenTheExecutorHasEnded() {
    Subscriber early = new Subscriber();
    model.answer(HELLO).subscribe(early);
    executor.run();
    executor.shutdownNow();
    early.request(1);
    Subscriber late = new Subscriber();
    model.answer(HELLO).subscribe(late);
    for (Subscriber subscriber : List.of(early, late)) {
      assertThat(subscriber.events).isEmpty();
      assertThat(subscriber.errors).hasSize(1);
      assertThat(subscriber.errors.getFirst())
          .isInstanceOf(ModelException.class)
          .hasMessage("the simulated model is shutting down");
    }
  }

  @Test
  void manyThreadsMayRequest() throws InterruptedException {
    String said = "word ".repeat(2_000);
    Prompt prompt = Prompt.of("parrot", List.of(Turn.of(Role.USER, said)));
    CountDownLatch done = new CountDownLatch(1);
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger overlaps = new AtomicInteger();
    Subscriber subscriber =
        new Subscriber() {
          @Override
          public void onNext(ModelEvent event) {
            if (inside.incrementAndGet() > 1) {
              overlaps.incrementAndGet();
            }
            super.onNext(event);
            inside.decrementAndGet();
          }

          @Override
          public void onComplete() {
            super.onComplete();
            done.countDown();
          }
        };
    try (var threads = Executors.newScheduledThreadPool(4)) {
      new SimulatedModel(Duration.ZERO, () -> threads, clock).answer(prompt).subscribe(subscriber);
      for (int i = 0; i < 4; i++) {
        threads.execute(
            () -> {
              for (int j = 0; j < 600; j++) {
                subscriber.request(1);
              }
            });
      }
      assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(overlaps).hasValue(0);
    assertThat(subscriber.events).hasSize(2_000 + 9 + 2);
    assertThat(subscriber.completed).isEqualTo(1);
  }

  @Test
  void refusesANegativePace() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> model(Duration.ofMillis(-1)))
        .withMessage("pace: PT-0.001S (expected: >= 0)");
  }

  private String text(Prompt prompt) {
    Subscriber subscriber = new Subscriber();
    model.answer(prompt).subscribe(subscriber);
    subscriber.request(Long.MAX_VALUE);
    executor.run();
    StringBuilder text = new StringBuilder();
    for (ModelEvent event : subscriber.events) {
      if (event instanceof Text(String word)) {
        text.append(word);
      }
    }
    return text.toString();
  }

  private static class Subscriber implements Flow.Subscriber<ModelEvent> {
    final List<ModelEvent> events = new ArrayList<>();
    final List<Throwable> errors = new ArrayList<>();
    int completed;
    private Flow.@Nullable Subscription subscription;

    void request(long count) {
      subscription().request(count);
    }

    void cancel() {
      subscription().cancel();
    }

    private Flow.Subscription subscription() {
      if (subscription == null) {
        throw new IllegalStateException("not subscribed");
      }
      return subscription;
    }

    @Override
    public void onSubscribe(Flow.Subscription its) {
      subscription = its;
    }

    @Override
    public void onNext(ModelEvent event) {
      events.add(event);
    }

    @Override
    public void onError(Throwable cause) {
      errors.add(cause);
    }

    @Override
    public void onComplete() {
      completed++;
    }
  }

  /// Runs what it is given when told to, on the thread that tells.
  private static final class ManualExecutor extends ScheduledThreadPoolExecutor {
    final List<Duration> delays = new ArrayList<>();
    final List<ScheduledFuture<?>> pauses = new ArrayList<>();
    private final Deque<Runnable> tasks = new ArrayDeque<>();

    ManualExecutor() {
      super(0);
    }

    @Override
    public void execute(Runnable task) {
      if (isShutdown()) {
        getRejectedExecutionHandler().rejectedExecution(task, this);
      }
      tasks.add(task);
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
      delays.add(Duration.of(delay, unit.toChronoUnit()));
      // Far away: only `pass` runs it.
      ScheduledFuture<?> pause = super.schedule(task, 1, TimeUnit.DAYS);
      pauses.add(pause);
      return pause;
    }

    /// What is due.
    void run() {
      for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
        task.run();
      }
    }

    /// Time passes until the pauses are over.
    void pass() {
      for (ScheduledFuture<?> pause : List.copyOf(pauses)) {
        getQueue().remove(pause);
        if (!pause.isDone()) {
          ((RunnableScheduledFuture<?>) pause).run();
        }
      }
      run();
    }
  }
}
