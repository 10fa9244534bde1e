package dev.parley.cli.chat;

import dev.parley.cli.command.Failures;
import dev.parley.cli.terminal.ChatLoop;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// Runs calls that block beside the [ChatLoop], and brings their results back to it. Its methods
/// belong to the loop.
final class Background {
  private static final int MAX_CALLS = 8;

  private final ChatLoop loop;
  private final Outbox outbox;
  private int running;

  Background(ChatLoop loop, Outbox outbox) {
    this.loop = loop;
    this.outbox = outbox;
  }

  /// Calls that have not come back.
  int running() {
    return running;
  }

  /// Makes a call on another thread; its result is taken on the loop's, its failure is shown.
  <T> void call(Supplier<T> call, Consumer<T> then) {
    if (running >= MAX_CALLS) {
      outbox.failed("wait for what you asked before");
    } else {
      running++;
      start(call, then, failure -> outbox.failed(Failures.words(failure)), () -> running--);
    }
  }

  /// The same for what the user did not ask for: nothing is said about a failure.
  ///
  /// @param atLast run in any case, before the result is taken
  <T> void callQuietly(Supplier<T> call, Consumer<T> then, Runnable atLast) {
    start(call, then, _ -> {}, atLast);
  }

  private <T> void start(
      Supplier<T> call, Consumer<T> then, Consumer<RuntimeException> orElse, Runnable atLast) {
    Thread.ofVirtual()
        .name("chat-call")
        .start(
            () -> {
              Runnable result = outcome(call, then, orElse);
              loop.post(
                  () -> {
                    atLast.run();
                    result.run();
                  });
            });
  }

  private static <T> Runnable outcome(
      Supplier<T> call, Consumer<T> then, Consumer<RuntimeException> orElse) {
    try {
      T result = call.get();
      return () -> then.accept(result);
    } catch (RuntimeException failure) {
      return () -> orElse.accept(failure);
    }
  }
}
