package dev.parley.client;

import dev.parley.model.v1.ChatRequest;
import dev.parley.model.v1.ChatResponse;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/// A call with one question. What comes is waited for by one thread; [#cancel] may be called by
/// another. (gRPC's own blocking call was rejected: it throws the status without its details.)
final class AnswerCall extends ClientCall.Listener<ChatResponse> {
  private final ClientCall<ChatRequest, ChatResponse> call;

  /// A response and the end at most: the next response is asked for when one is taken.
  private final BlockingQueue<Item> came = new LinkedBlockingQueue<>();

  /// Something that came.
  sealed interface Item {
    /// A response.
    record Response(ChatResponse response) implements Item {}

    /// The end.
    record End(Status status, Metadata trailers) implements Item {}
  }

  AnswerCall(
      Channel channel, MethodDescriptor<ChatRequest, ChatResponse> method, ChatRequest question) {
    call = channel.newCall(method, CallOptions.DEFAULT);
    call.start(this, new Metadata());
    call.request(1);
    call.sendMessage(question);
    call.halfClose();
  }

  /// What comes next. After the end nothing does.
  Item next() throws InterruptedException {
    Item next = came.take();
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
}
