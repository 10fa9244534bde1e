package dev.parley.system;

import dev.parley.model.v1.ChatRequest;
import dev.parley.model.v1.ChatResponse;
import dev.parley.model.v1.ModelServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.MethodDescriptor;
import io.grpc.StatusException;
import io.grpc.stub.BlockingClientCall;
import io.grpc.stub.ClientCalls;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Questions to models on one stream, and what is answered. For one thread.
final class ModelCall implements AutoCloseable {
  private static final int PATIENCE_SECONDS = 60;

  private final BlockingClientCall<ChatRequest, ChatResponse> call;

  private ModelCall(BlockingClientCall<ChatRequest, ChatResponse> call) {
    this.call = call;
  }

  /// Opens a stream of the service that knows all providers.
  static ModelCall open(Channel channel) {
    return open(channel, ModelServiceGrpc.getStreamChatMethod());
  }

  /// Opens a stream.
  static ModelCall open(Channel channel, MethodDescriptor<ChatRequest, ChatResponse> method) {
    return new ModelCall(
        ClientCalls.blockingBidiStreamingCall(channel, method, CallOptions.DEFAULT));
  }

  /// Sends a frame.
  void send(ChatRequest request) {
    try {
      var _ = call.write(request);
    } catch (StatusException e) {
      throw new AssertionError("the stream ended before " + request, e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /// The next frame.
  ChatResponse next() {
    try {
      ChatResponse response = call.read(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (response == null) {
        throw new AssertionError("the stream has ended (expected: a frame)");
      }
      return response;
    } catch (StatusException | TimeoutException e) {
      throw new AssertionError("no frame came", e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /// Asks, and reads the answer to its end. Nothing else is under way.
  ModelAnswer ask(ChatRequest question) {
    send(question);
    ModelAnswer answer = new ModelAnswer();
    while (!answer.hasEnded()) {
      answer.add(next());
    }
    return answer;
  }

  @Override
  public void close() {
    call.cancel("the test has seen enough", null);
  }
}
