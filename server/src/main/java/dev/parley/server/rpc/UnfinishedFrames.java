package dev.parley.server.rpc;

import dev.parley.core.limit.MemoryBudget;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import java.net.SocketAddress;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Bounds the memory of frames that have not come whole. gRPC gives their senders room for more as
/// it takes the pieces in, and keeps these until the last one is there, which may be never.
///
/// Where all of them hold too much, the one that was begun first costs its connection, again and
/// again until there is room: who means it ends a frame sooner than who does not. Thread-safe; each
/// stream is told of by one thread at a time.
public final class UnfinishedFrames extends ServerStreamTracer.Factory {
  private static final Logger LOG = LoggerFactory.getLogger(UnfinishedFrames.class);

  /// What a frame may hold without being counted: one piece, which is about as much as its stream
  /// takes.
  private static final int FREE_PIECES = 1;

  private final int pieceBytes;
  private final MemoryBudget memory;
  private final Consumer<SocketAddress> close;

  /// Those that are counted, the oldest first. Guarded by itself.
  private final Set<Frame> counted = new LinkedHashSet<>();

  /// @param pieceBytes what a piece takes beside itself, however small: the rest of what was read
  ///     of the connection together with it, which stays as long
  /// @param memory for what is there of frames
  /// @param close closes the connection of a peer
  public UnfinishedFrames(int pieceBytes, MemoryBudget memory, Consumer<SocketAddress> close) {
    this.pieceBytes = pieceBytes;
    this.memory = memory;
    this.close = close;
  }

  @Override
  public ServerStreamTracer newServerStreamTracer(String method, Metadata headers) {
    return new Frame(method);
  }

  private void cutOffOldest() {
    Frame oldest;
    synchronized (counted) {
      oldest = counted.isEmpty() ? null : counted.iterator().next();
    }
    if (oldest != null) {
      oldest.cutOff();
    }
  }

  /// What is there of the frame that a stream is being sent.
  private final class Frame extends ServerStreamTracer {
    private final String method;
    private volatile @Nullable SocketAddress peer;
    private volatile MemoryBudget.@Nullable Share share;
    private int pieces;
    private long bytes;

    Frame(String method) {
      this.method = method;
    }

    @Override
    public void serverCallStarted(ServerCallInfo<?, ?> call) {
      peer = call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
    }

    @Override
    public void inboundWireSize(long more) {
      pieces++;
      bytes += more + pieceBytes;
      if (pieces > FREE_PIECES) {
        count();
      }
    }

    private void count() {
      MemoryBudget.Share held = share;
      if (held == null) {
        held = memory.share();
        share = held;
        synchronized (counted) {
          counted.add(this);
        }
      }
      while (!held.resize(bytes)) { // at the latest when this one is cut off itself
        cutOffOldest();
      }
    }

    @Override
    public void inboundMessageRead(int number, long wireBytes, long uncompressedBytes) {
      pieces = 0;
      bytes = 0;
      release();
    }

    @Override
    public void streamClosed(Status status) {
      release();
    }

    private void release() {
      MemoryBudget.Share held = share;
      if (held != null) {
        letGo(held);
        share = null;
      }
    }

    /// Whether it was counted until now.
    private boolean letGo(MemoryBudget.Share held) {
      held.close();
      synchronized (counted) {
        return counted.remove(this);
      }
    }

    /// What still comes of it is not counted; it is little.
    void cutOff() {
      MemoryBudget.Share held = share;
      SocketAddress from = peer;
      if (held != null && letGo(held) && from != null) {
        LOG.info(
            "frames that do not end take too much memory: the connection of {}, whose frame for {}"
                + " is the oldest, is closed",
            from,
            method);
        close.accept(from);
      }
    }
  }
}
