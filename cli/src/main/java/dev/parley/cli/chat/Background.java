package dev.parley.cli.chat;

import dev.parley.cli.command.Failures;
import dev.parley.cli.render.EventLines;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// Runs calls that block beside the [ChatLoop], and brings their results back to it. Thread-safe.
final class Background {
  private static final int MAX_CALLS = 8;

  private final ChatLoop loop;
  private final Screen screen;
  private final Semaphore slots = new Semaphore(MAX_CALLS);

  Background(ChatLoop loop, Screen screen) {
    this.loop = loop;
    this.screen = screen;
  }

  /// Makes a call on another thread; its result is taken on the loop's, its failure is shown.
  <T> void call(Supplier<T> call, Consumer<T> then) {
    if (slots.tryAcquire()) {
      start(call, then, failure -> screen.print(EventLines.error(Failures.words(failure))));
    } else {
      loop.post(() -> screen.print(EventLines.error("wait for what you asked before")));
    }
  }

  /// The same for what the user did not ask for: nothing is said about a failure.
  ///
  /// @param atLast run on the loop's thread in any case
  <T> void callQuietly(Supplier<T> call, Consumer<T> then, Runnable atLast) {
    if (slots.tryAcquire()) {
      start(
          call,
          result -> {
            atLast.run();
            then.accept(result);
          },
          _ -> atLast.run());
    } else {
      atLast.run();
    }
  }

  private <T> void start(Supplier<T> call, Consumer<T> then, Consumer<RuntimeException> orElse) {
    Thread.ofVirtual()
        .name("chat-call")
        .start(
            () -> {
              try {
                T result = call.get();
                loop.post(() -> then.accept(result));
              } catch (RuntimeException failure) {
                loop.post(() -> orElse.accept(failure));
              } finally {
                slots.release();
              }
            });
  }
}
