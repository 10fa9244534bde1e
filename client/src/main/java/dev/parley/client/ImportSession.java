package dev.parley.client;

import dev.parley.chat.v1.ImportMessagesRequest;
import dev.parley.chat.v1.ImportMessagesResponse;
import dev.parley.chat.v1.RoomServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/// One `ImportMessages` stream: many requests, a bounded number of them unanswered, results in
/// order. Thread-safe.
///
/// When the stream breaks, every unanswered future fails and so does each further call; since
/// importing the same message twice adds nothing, start a new session and repeat what was
/// unanswered. Futures complete on a thread of gRPC's: what depends on one must not block.
public final class ImportSession implements AutoCloseable {

  private final ClientCall<ImportMessagesRequest, ImportMessagesResponse> call;
  private final Semaphore slots;
  private final CompletableFuture<@Nullable Void> end = new CompletableFuture<>();

  /// Guards the fields below and the sending side of the call, so that requests go out in the order
  /// of their futures.
  private final Object lock = new Object();

  private final Queue<CompletableFuture<ImportMessagesResponse>> unanswered = new ArrayDeque<>();
  private boolean closed;
  private @Nullable ParleyException failure;

  ImportSession(Channel channel, int maxInFlight) {
    if (maxInFlight < 1) {
      throw new IllegalArgumentException("maxInFlight: " + maxInFlight + " (expected: >= 1)");
    }
    slots = new Semaphore(maxInFlight);
    call = channel.newCall(RoomServiceGrpc.getImportMessagesMethod(), CallOptions.DEFAULT);
    call.start(new Listener(), new Metadata());
    call.request(1);
  }

  /// Sends a request, waiting while as many as allowed are unanswered.
  ///
  /// @return the result, once what it tells of is committed
  /// @throws InterruptedException if interrupted while waiting; nothing was sent
  public CompletableFuture<ImportMessagesResponse> add(ImportMessagesRequest request)
      throws InterruptedException {
    slots.acquire();
    CompletableFuture<ImportMessagesResponse> result = new CompletableFuture<>();
    synchronized (lock) {
      if (closed) {
        slots.release();
        throw new IllegalStateException("the import session is closed");
      }
      ParleyException broken = failure;
      if (broken != null) {
        slots.release();
        return CompletableFuture.failedFuture(broken);
      }
      unanswered.add(result);
      call.sendMessage(request);
    }
    return result;
  }

  /// Says that nothing more comes, and waits for all results.
  ///
  /// @throws ParleyException if the stream failed: then some requests may not have been carried out
  @Override
  public void close() {
    synchronized (lock) {
      boolean first = !closed;
      closed = true;
      if (first && failure == null) {
        call.halfClose();
      }
    }
    end.join();
    synchronized (lock) {
      if (failure != null) {
        throw failure;
      }
    }
  }

  private final class Listener extends ClientCall.Listener<ImportMessagesResponse> {

    @Override
    public void onMessage(ImportMessagesResponse response) {
      CompletableFuture<ImportMessagesResponse> result;
      synchronized (lock) {
        result = unanswered.poll();
      }
      if (result == null) {
        call.cancel("a result without a request", null);
        return;
      }
      slots.release();
      result.complete(response);
      call.request(1);
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      Queue<CompletableFuture<ImportMessagesResponse>> left;
      ParleyException cause;
      synchronized (lock) {
        left = new ArrayDeque<>(unanswered);
        unanswered.clear();
        cause = Failures.of(status, trailers);
        if (!status.isOk() || !left.isEmpty() || !closed) {
          failure = cause;
        }
      }
      left.forEach(result -> result.completeExceptionally(cause));
      slots.release(left.size());
      end.complete(null);
    }
  }
}
