package dev.parley.client;

import dev.parley.model.v1.ChatRequest;
import dev.parley.model.v1.ChatResponse;
import io.grpc.Attributes;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientStreamTracer;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// A call with one question. What comes is waited for by one thread; [#cancel] may be called by
/// another. (gRPC's own blocking call was rejected: it throws the status without its details.)
final class AnswerCall extends ClientCall.Listener<ChatResponse> {
  private final ClientCall<ChatRequest, ChatResponse> call;
  private final Duration connectWithin;
  private boolean connected;

  /// Connections, a response and the end at most: the next response is asked for when one is
  /// taken.
  private final BlockingQueue<Item> came = new LinkedBlockingQueue<>();

  /// Something that came.
  sealed interface Item {
    /// A response.
    record Response(ChatResponse response) implements Item {}

    /// There is a connection to ask on, one after the other if there are several.
    record Connected() implements Item {}

    /// The end.
    record End(Status status, Metadata trailers) implements Item {}
  }

  /// @param connectWithin how long to wait for a connection
  AnswerCall(
      Channel channel,
      MethodDescriptor<ChatRequest, ChatResponse> method,
      ChatRequest question,
      Duration connectWithin) {
    this.connectWithin = connectWithin;
    call = channel.newCall(method, CallOptions.DEFAULT.withStreamTracerFactory(new Connecting()));
    call.start(this, new Metadata());
    call.request(1);
    call.sendMessage(question);
    call.halfClose();
  }

  /// What comes next. After the end nothing does.
  ///
  /// @throws ParleyException if there is no connection in time
  Item next() throws InterruptedException {
    Item next = connected ? came.take() : came.poll(connectWithin.toNanos(), TimeUnit.NANOSECONDS);
    if (next == null) {
      cancel();
      throw Failures.noConnection(connectWithin);
    }
    connected = true;
    if (next instanceof Item.Response) {
      call.request(1);
    }
    return next;
  }

  void cancel() {
    call.cancel("the caller wants no more", null);
  }

  @Override
  public void onMessage(ChatResponse response) {
    came.add(new Item.Response(response));
  }

  @Override
  public void onClose(Status status, Metadata trailers) {
    came.add(new Item.End(status, trailers));
  }

  private final class Connecting extends ClientStreamTracer.Factory {
    @Override
    public ClientStreamTracer newClientStreamTracer(
        ClientStreamTracer.StreamInfo info, Metadata headers) {
      return new ClientStreamTracer() {
        @Override
        public void streamCreated(Attributes connection, Metadata sent) {
          came.add(new Item.Connected());
        }
      };
    }
  }
}
