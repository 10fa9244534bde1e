package dev.parley.client;

import dev.parley.model.v1.ChatRequest;
import dev.parley.model.v1.ChatResponse;
import dev.parley.model.v1.ModelServiceGrpc;
import io.grpc.Channel;
import io.grpc.StatusException;
import io.grpc.stub.BlockingClientCall;
import org.jspecify.annotations.Nullable;

/// A model's answer, piece by piece. The provider waits for whoever does not read. For one thread;
/// only [#close] may be called by another.
public final class AnswerStream implements AutoCloseable {
  private final BlockingClientCall<ChatRequest, ChatResponse> call;
  private boolean ended;

  AnswerStream(Channel channel, ChatRequest question) throws InterruptedException {
    call = ModelServiceGrpc.newBlockingV2Stub(channel).streamChat();
    try {
      var _ = call.write(question);
      call.halfClose();
    } catch (StatusException e) {
      throw Failures.of(e);
    }
  }

  /// The next piece; the last one is `finished` or `error`. Waits for it.
  ///
  /// @return null: the last one was the last
  /// @throws ParleyException if the server cannot be reached, or the connection broke before the
  ///     end
  public @Nullable ChatResponse next() throws InterruptedException {
    if (ended) {
      return null;
    }
    try {
      ChatResponse piece = call.read();
      ended = piece == null || piece.hasFinished() || piece.hasError();
      return piece;
    } catch (StatusException e) {
      throw Failures.of(e);
    }
  }

  /// Wants no more of the answer: ends the work at the provider, if it goes on.
  @Override
  public void close() {
    call.cancel("the caller wants no more", null);
  }
}
