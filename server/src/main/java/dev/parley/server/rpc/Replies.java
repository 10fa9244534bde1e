package dev.parley.server.rpc;

import dev.parley.core.error.Refusal;
import dev.parley.core.error.RefusedException;
import dev.parley.core.topic.Outcome;
import dev.parley.server.delivery.ReadLanes;
import dev.parley.server.delivery.Reads;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// How unary calls are answered: after the engine's decision, from what is read, or with a refusal.
/// Answers are put together on a reader's thread, never on the engine's; for a call that was
/// cancelled meanwhile nothing is read. Thread-safe.
public final class Replies {
  private final ReadLanes reads;

  public Replies(ReadLanes reads) {
    this.reads = reads;
  }

  /// Runs an adapter's part of a call; a refusal becomes the call's status.
  public static void guard(StreamObserver<?> observer, Body body) {
    if (observer instanceof ServerCallStreamObserver<?> call) {
      call.setOnCancelHandler(() -> {}); // else answering one that was cancelled would throw
    }
    try {
      body.run();
    } catch (RefusedException e) {
      refuse(observer, e.refusal());
    }
  }

  /// Something that may be refused.
  @FunctionalInterface
  public interface Body {
    /// Runs it.
    void run() throws RefusedException;
  }

  /// Ends a call with a refusal.
  public static void refuse(StreamObserver<?> observer, Refusal refusal) {
    observer.onError(Refusals.status(refusal));
  }

  private static <T> void complete(StreamObserver<T> observer, T answer) {
    observer.onNext(answer);
    observer.onCompleted();
  }

  /// Takes what becomes of a command: goes on if it is done, refuses the call if not.
  public Consumer<Outcome> then(StreamObserver<?> observer, Consumer<Outcome.Done> done) {
    return outcome -> {
      switch (outcome) {
        case Outcome.Done it -> execute(observer, () -> done.accept(it));
        case Outcome.Refused refused -> refuse(observer, refused.refusal());
      }
    };
  }

  /// Answers with something that need not be read.
  public <T> void answer(StreamObserver<T> observer, Supplier<T> answer) {
    execute(observer, () -> complete(observer, answer.get()));
  }

  private void execute(StreamObserver<?> observer, Runnable task) {
    reads.calls().execute(task, refusal -> refuse(observer, refusal));
  }

  /// Answers from what is read.
  public <T> void fromJournal(StreamObserver<T> observer, Reads.Query<T> query) {
    read(observer, query, found -> complete(observer, found));
  }

  /// Answers from what is searched for.
  public <T> void fromSearch(StreamObserver<T> observer, Reads.Query<T> query) {
    read(reads.searches(), observer, query, found -> complete(observer, found));
  }

  /// Reads something for a call, and goes on with it.
  public <R> void read(StreamObserver<?> observer, Reads.Query<R> query, Consumer<R> then) {
    read(reads.calls(), observer, query, then);
  }

  private static <R> void read(
      Reads lane, StreamObserver<?> observer, Reads.Query<R> query, Consumer<R> then) {
    lane.read(
        reader -> isCancelled(observer) ? Optional.<R>empty() : Optional.of(query.run(reader)),
        found -> found.ifPresent(then),
        refusal -> refuse(observer, refusal));
  }

  private static boolean isCancelled(StreamObserver<?> observer) {
    return observer instanceof ServerCallStreamObserver<?> call && call.isCancelled();
  }
}
