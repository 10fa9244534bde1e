package dev.parley.bench.gateway;

import dev.parley.bench.provider.DeltaText;
import dev.parley.bench.wire.Sockets;
import dev.parley.model.v1.ChatRequest;
import dev.parley.model.v1.ChatResponse;
import dev.parley.model.v1.ModelError;
import dev.parley.model.v1.ModelServiceGrpc;
import dev.parley.model.v1.Role;
import dev.parley.model.v1.Turn;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One `StreamChat` on a connection of its own. Owned by its event loop.
final class GrpcStream {
  private static final int CREDIT = 256;

  private final EventLoop loop;
  private final ManagedChannel channel;
  private final ClientCall<ChatRequest, ChatResponse> call;
  private final Map<String, Asker.Ear> ears = new HashMap<>();

  /// The socket; null: not connected yet.
  private @Nullable Channel socket;

  private boolean ended;

  GrpcStream(EventLoop loop, InetSocketAddress server) {
    this.loop = loop;
    channel =
        NettyChannelBuilder.forAddress(server)
            .usePlaintext()
            .eventLoopGroup(loop)
            .channelFactory(this::openSocket)
            .directExecutor()
            .build();
    call = channel.newCall(ModelServiceGrpc.getStreamChatMethod(), CallOptions.DEFAULT);
    call.start(new Listener(), new Metadata());
    call.request(CREDIT);
  }

  private Channel openSocket() {
    Channel opened = Sockets.open();
    socket = opened;
    return opened;
  }

  boolean hasEnded() {
    return ended;
  }

  int underWay() {
    return ears.size();
  }

  Asker.Asked ask(int question, String model, Asker.Ear ear) {
    String id = DeltaText.question(question);
    ears.put(id, ear);
    call.sendMessage(
        ChatRequest.newBuilder()
            .setRequestId(id)
            .setModel(model)
            .addTurns(Turn.newBuilder().setRole(Role.ROLE_USER).setText(id))
            .build());
    return how -> leave(id, how);
  }

  private void leave(String id, Asker.Leaving how) {
    switch (how) {
      case FRAME ->
          call.sendMessage(ChatRequest.newBuilder().setRequestId(id).setCancel(true).build());
      case STREAM -> call.cancel("the client leaves", null);
      case CONNECTION -> {
        // Not by HTTP/2's ways to say goodbye: the process might have been killed.
        Channel open = socket;
        if (open != null) {
          open.unsafe().close(open.voidPromise());
        }
      }
    }
  }

  void close() {
    ended = true;
    ears.clear();
    call.cancel("done", null);
    var _ = channel.shutdownNow();
  }

  private void hear(ChatResponse response) {
    long now = System.nanoTime();
    call.request(1);
    Asker.Ear ear = ears.get(response.getRequestId());
    if (ear == null) {
      if (response.hasError() && response.getRequestId().isEmpty()) {
        end(new Told(Told.Kind.GARBLED, words(response.getError())));
      }
      return;
    }
    switch (response.getEventCase()) {
      case TEXT -> ear.hear(response.getText(), now);
      case FINISHED -> end(response, ear, new Told(Told.Kind.COMPLETE, ""));
      case ERROR -> end(response, ear, new Told(Told.Kind.ERROR, words(response.getError())));
      case STARTED, DRAIN -> {}
      case REASONING, REFUSAL, TOOL_CALL, ANSWER, EVENT_NOT_SET ->
          end(response, ear, new Told(Told.Kind.GARBLED, "not asked for: " + response));
    }
  }

  private static String words(ModelError error) {
    return error.getKind() + ", " + error.getMessage();
  }

  private void end(ChatResponse response, Asker.Ear ear, Told told) {
    ears.remove(response.getRequestId());
    ear.ended(told);
  }

  private void end(Told told) {
    List<Asker.Ear> all = List.copyOf(ears.values());
    ears.clear();
    all.forEach(ear -> ear.ended(told));
  }

  private void ended(Status status) {
    ended = true;
    end(new Told(Told.Kind.CUT, status.getCode() + ", " + status.getDescription()));
    var _ = channel.shutdownNow();
  }

  private final class Listener extends ClientCall.Listener<ChatResponse> {
    @Override
    public void onMessage(ChatResponse response) {
      hear(response);
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      if (loop.inEventLoop()) {
        ended(status);
      } else {
        loop.execute(() -> ended(status));
      }
    }
  }
}
