package dev.parley.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.core.limit.MemoryBudget;
import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class UnfinishedFramesTest {
  private static final int BYTES = 1 << 20;
  private static final int PIECE = 16 << 10;
  private static final int BESIDE = 4 << 10;

  /// So that a third such frame is too much.
  private static final int PIECES = 20;

  private final MemoryBudget memory = new MemoryBudget(BYTES);
  private final List<SocketAddress> closed = new ArrayList<>();
  private final UnfinishedFrames frames = new UnfinishedFrames(BESIDE, memory, closed::add);

  private ServerStreamTracer stream(int port) {
    ServerStreamTracer stream = frames.newServerStreamTracer("a.Service/Chat", new Metadata());
    stream.serverCallStarted(new Call(peer(port)));
    return stream;
  }

  private static void send(ServerStreamTracer stream) {
    for (int i = 0; i < PIECES; i++) {
      stream.inboundWireSize(PIECE);
    }
  }

  private static SocketAddress peer(int port) {
    return InetSocketAddress.createUnresolved("peer", port);
  }

  @Test
  void theOldestGoesWhereAllTakeTooMuch() {
    ServerStreamTracer first = stream(1);
    ServerStreamTracer second = stream(2);
    send(first);
    send(second);
    assertThat(closed).isEmpty();
    send(stream(3));
    assertThat(closed).containsExactly(peer(1));
    send(stream(4));
    assertThat(closed).containsExactly(peer(1), peer(2));
  }

  @Test
  void whatHasComeWholeTakesNothing() {
    ServerStreamTracer first = stream(1);
    ServerStreamTracer second = stream(2);
    for (int i = 0; i < 100; i++) {
      send(first);
      send(second);
      first.inboundMessageRead(i, PIECE, -1);
      second.inboundMessageRead(i, PIECE, -1);
    }
    assertThat(closed).isEmpty();
    assertAllFree();
  }

  @Test
  void theOldestIsWhoseFrameBeganFirstNotWhoCameFirst() {
    ServerStreamTracer first = stream(1);
    send(first);
    send(stream(2));
    first.inboundMessageRead(0, PIECE, -1);
    send(first);
    send(stream(3));
    assertThat(closed).containsExactly(peer(2));
  }

  @Test
  void anEndedStreamTakesNothing() {
    for (int i = 0; i < 10; i++) {
      ServerStreamTracer stream = stream(i);
      send(stream);
      stream.streamClosed(Status.CANCELLED);
    }
    assertThat(closed).isEmpty();
    assertAllFree();
  }

  @Test
  void aPieceTakesMoreThanItsBytes() {
    ServerStreamTracer stream = stream(1);
    for (int i = 0; i <= BYTES / BESIDE; i++) {
      stream.inboundWireSize(1);
    }
    assertThat(closed).containsExactly(peer(1));
  }

  @Test
  void framesOfOnePieceAreNotCounted() {
    for (int i = 0; i < 1_000; i++) {
      stream(i).inboundWireSize(PIECE);
    }
    assertThat(closed).isEmpty();
    assertAllFree();
  }

  /// And is cut off once, though more comes of it until its connection is closed.
  @Test
  void whatIsTooMuchAloneGoesItself() {
    ServerStreamTracer stream = stream(1);
    for (int i = 0; i < 10; i++) {
      send(stream);
    }
    assertThat(closed).containsExactly(peer(1));
    assertAllFree();
    stream.streamClosed(Status.CANCELLED);
    assertAllFree();
  }

  private void assertAllFree() {
    try (MemoryBudget.Share all = memory.share()) {
      assertThat(all.grow(BYTES)).isTrue();
    }
  }

  private static final class Call extends ServerStreamTracer.ServerCallInfo<byte[], byte[]> {
    private final SocketAddress peer;

    Call(SocketAddress peer) {
      this.peer = peer;
    }

    @Override
    public MethodDescriptor<byte[], byte[]> getMethodDescriptor() {
      throw new UnsupportedOperationException();
    }

    @Override
    public Attributes getAttributes() {
      return Attributes.newBuilder().set(Grpc.TRANSPORT_ATTR_REMOTE_ADDR, peer).build();
    }

    @Override
    public String getAuthority() {
      return "here";
    }
  }
}
