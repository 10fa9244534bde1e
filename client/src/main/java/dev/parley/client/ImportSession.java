package dev.parley.client;

import dev.parley.chat.v1.ImportMessagesRequest;
import dev.parley.chat.v1.ImportMessagesResponse;
import io.grpc.CallOptions;
import io.grpc.Channel;
import java.util.concurrent.CompletableFuture;

/// One `ImportMessages` stream: many requests, a bounded number of them unanswered, results in
/// order. Thread-safe.
///
/// When the stream breaks, every unanswered future fails and so does each further call; since
/// importing the same message twice adds nothing, start a new session and repeat what was
/// unanswered.
public final class ImportSession implements AutoCloseable {

  ImportSession(Channel channel, CallOptions options, int maxInFlight) {}

  /// Sends a request, waiting while as many as allowed are unanswered.
  ///
  /// @return the result, once what it tells of is committed
  /// @throws InterruptedException if interrupted while waiting; nothing was sent
  public CompletableFuture<ImportMessagesResponse> add(ImportMessagesRequest request)
      throws InterruptedException {
    throw new UnsupportedOperationException();
  }

  /// Says that nothing more comes, and waits for all results.
  ///
  /// @throws ParleyException if the stream failed: then some requests may not have been carried out
  @Override
  public void close() {
    throw new UnsupportedOperationException();
  }
}
