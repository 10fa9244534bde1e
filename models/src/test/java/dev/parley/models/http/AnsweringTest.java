package dev.parley.models.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.core.limit.MemoryBudget;
import dev.parley.core.model.ModelException;
import dev.parley.models.dialect.OpenAiDialect;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;

/// What an answer leaves behind. How it comes, [UpstreamTest] tests.
final class AnsweringTest {
  private static final String END =
      """
      data: {"choices":[{"delta":{"content":"hi"},"finish_reason":"stop"}]}

      data: [DONE]

      """;

  /// Ends when all of it is wanted, if it is told to.
  private static final class Stream implements Subscription {
    private final Runnable end;

    Stream(Runnable end) {
      this.end = end;
    }

    @Override
    public void request(long count) {
      if (count == Long.MAX_VALUE) {
        end.run();
      }
    }

    @Override
    public void cancel() {}
  }

  private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1);
  private final Listener listener = new Listener(Long.MAX_VALUE);

  AnsweringTest() {
    timer.setRemoveOnCancelPolicy(true);
  }

  @AfterEach
  void close() {
    timer.shutdownNow();
  }

  private Answering begun() {
    Answering answering = answering();
    answering.onSubscribe(new Stream(() -> {}));
    assertThat(timer.getQueue()).as("a clock").hasSize(1);
    return answering;
  }

  private Answering answering() {
    Patience patience =
        new Patience(
            Duration.ofHours(1), Duration.ofHours(1), Duration.ofHours(1), Duration.ofHours(1));
    return new Answering(
        listener,
        new AnswerDecoder(new OpenAiDialect(OpenAiDialect.Flavour.COMPATIBLE).reader()),
        e -> new ModelException(ModelException.Kind.FAILED, e.toString()),
        patience,
        new MemoryBudget(64 << 20).share(),
        timer);
  }

  @Test
  void nothingIsLeftToBeDoneOnceItsStreamHasEnded() throws Exception {
    Answering answering = begun();
    answering.onNext(END.getBytes(UTF_8));
    assertThat(listener.whole()).isNotEmpty();
    assertThat(timer.getQueue()).as("the end of the stream, which has not come").hasSize(1);
    answering.onComplete();
    assertThat(timer.getQueue()).isEmpty();
  }

  @Test
  void nothingIsLeftToBeDoneWhereTheEndOfTheStreamIsThereAlready() {
    Answering answering = answering();
    answering.onSubscribe(new Stream(answering::onComplete));
    answering.onNext(END.getBytes(UTF_8));
    assertThat(timer.getQueue()).isEmpty();
  }

  @Test
  void nothingIsLeftToBeDoneOnceItsStreamBreaksAfterTheEnd() throws Exception {
    Answering answering = begun();
    answering.onNext(END.getBytes(UTF_8));
    answering.onError(new IOException("reset"));
    assertThat(timer.getQueue()).isEmpty();
    assertThat(listener.whole()).as("nobody cares any more").isNotEmpty();
  }

  @Test
  void nothingIsLeftToBeDoneOnceItFailedOrNobodyWantsIt() throws Exception {
    begun().onError(new IOException("reset"));
    assertThat(listener.failure()).hasMessageContaining("reset");
    assertThat(timer.getQueue()).isEmpty();
    begun().cancel();
    assertThat(timer.getQueue()).isEmpty();
  }
}
