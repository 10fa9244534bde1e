package dev.parley.client;

import dev.parley.chat.v1.ChatEvent;
import dev.parley.chat.v1.ChatRequest;
import dev.parley.chat.v1.ChatServiceGrpc;
import dev.parley.chat.v1.Limits;
import dev.parley.chat.v1.WelcomeEvent;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;

/// A chat service that does what the test says, on the test's thread. Welcomes each hello; what
/// else is answered is up to [#onRequest].
final class FakeServer extends ChatServiceGrpc.ChatServiceImplBase implements AutoCloseable {

  private static int count;

  private final String name = "fake-" + count++;
  private final Server server;
  private final List<ManagedChannel> channels = new ArrayList<>();

  final List<Stream> streams = new ArrayList<>();
  final List<String> targets = new ArrayList<>();

  /// Called for each request but hello.
  BiConsumer<Stream, ChatRequest> onRequest = (stream, request) -> {};

  /// Called for each hello.
  BiConsumer<Stream, ChatRequest> onHello = (stream, hello) -> stream.welcome();

  Limits limits = Limits.newBuilder().setMaxInFlight(8).setMaxRequestBytes(100_000).build();

  FakeServer() {
    try {
      server =
          InProcessServerBuilder.forName(name).directExecutor().addService(this).build().start();
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }

  String name() {
    return name;
  }

  ManagedChannel channel(String target) {
    targets.add(target);
    ManagedChannel channel = InProcessChannelBuilder.forName(name).directExecutor().build();
    channels.add(channel);
    return channel;
  }

  Stream last() {
    return streams.getLast();
  }

  @Override
  public StreamObserver<ChatRequest> chat(StreamObserver<ChatEvent> out) {
    Stream stream = new Stream((ServerCallStreamObserver<ChatEvent>) out);
    streams.add(stream);
    return stream;
  }

  @Override
  public void close() {
    server.shutdownNow();
    channels.forEach(ManagedChannel::shutdownNow);
  }

  /// One client's stream.
  final class Stream implements StreamObserver<ChatRequest> {
    private final ServerCallStreamObserver<ChatEvent> out;
    final List<ChatRequest> received = new ArrayList<>();
    boolean halfClosed;
    boolean cancelled;
    boolean ended;

    Stream(ServerCallStreamObserver<ChatEvent> out) {
      this.out = out;
      out.setOnCancelHandler(
          () -> {
            cancelled = true;
            ended = true;
          });
    }

    ChatRequest hello() {
      return received.getFirst();
    }

    /// Requests after the hello.
    List<ChatRequest> requests() {
      return received.subList(1, received.size());
    }

    /// Messages to send among the requests.
    List<String> messageIds() {
      return requests().stream()
          .filter(r -> r.getActionCase() == ChatRequest.ActionCase.ACTION_NOT_SET)
          .map(ChatRequest::getId)
          .toList();
    }

    void welcome() {
      send(
          ChatEvent.newBuilder()
              .setWelcome(
                  WelcomeEvent.newBuilder()
                      .setSessionId("session-" + streams.size())
                      .setLimits(limits)
                      .setPingInterval(Protos.duration(25_000)))
              .build());
    }

    void send(ChatEvent... events) {
      for (ChatEvent event : events) {
        if (!ended) {
          out.onNext(event);
        }
      }
    }

    /// Whether the client asked for more than it was sent.
    boolean isReady() {
      return out.isReady();
    }

    void sendBatch(ChatEvent... events) {
      send(ChatEvent.newBuilder().addAllBatch(Arrays.asList(events)).build());
    }

    void fail(Status status) {
      if (!ended) {
        ended = true;
        out.onError(status.asRuntimeException());
      }
    }

    @Override
    public void onNext(ChatRequest request) {
      received.add(request);
      if (received.size() == 1) {
        onHello.accept(this, request);
      } else {
        onRequest.accept(this, request);
      }
    }

    @Override
    public void onError(Throwable cause) {
      ended = true;
    }

    @Override
    public void onCompleted() {
      halfClosed = true;
      if (!ended) {
        ended = true;
        out.onCompleted();
      }
    }
  }
}
