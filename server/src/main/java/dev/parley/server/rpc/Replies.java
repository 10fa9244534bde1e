package dev.parley.server.rpc;

import dev.parley.core.error.Refusal;
import dev.parley.core.error.RefusedException;
import dev.parley.core.topic.Outcome;
import dev.parley.server.delivery.Reads;
import io.grpc.stub.StreamObserver;
import java.util.function.Consumer;

/// How unary calls are answered: after the engine's decision, from what is read, or with a refusal.
public final class Replies {
  private final Reads reads;

  public Replies(Reads reads) {
    this.reads = reads;
  }

  /// Runs an adapter's part of a call; a refusal becomes the call's status.
  public static void guard(StreamObserver<?> observer, Body body) {
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

  /// Ends a unary call with its answer.
  public static <T> void answer(StreamObserver<T> observer, T answer) {
    observer.onNext(answer);
    observer.onCompleted();
  }

  /// Takes what becomes of a command: goes on if it is done, refuses the call if not.
  public static Consumer<Outcome> then(StreamObserver<?> observer, Consumer<Outcome.Done> done) {
    return outcome -> {
      switch (outcome) {
        case Outcome.Done it -> done.accept(it);
        case Outcome.Refused refused -> refuse(observer, refused.refusal());
      }
    };
  }

  /// Answers from what is read, on another thread.
  public <T> void fromJournal(StreamObserver<T> observer, Reads.Query<Answer<T>> query) {
    reads.read(
        query,
        answer -> {
          switch (answer) {
            case Answer.Found<T> found -> answer(observer, found.value());
            case Answer.Refused<T> refused -> refuse(observer, refused.refusal());
          }
        },
        refusal -> refuse(observer, refusal));
  }

  /// What a read came to.
  public sealed interface Answer<T> {
    /// The answer of the call.
    record Found<T>(T value) implements Answer<T> {}

    /// There is none.
    record Refused<T>(Refusal refusal) implements Answer<T> {}
  }
}
