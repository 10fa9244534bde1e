package dev.parley.server.rpc;

import dev.parley.core.limit.MemoryBudget;
import dev.parley.core.time.Clock;
import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameListenerDecorator;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.collection.IntObjectHashMap;
import io.netty.util.collection.IntObjectMap;
import java.net.SocketAddress;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Tells [InboundMemory] what comes over HTTP/2, and what gRPC takes of it.
///
/// gRPC keeps the pieces of a request until the last one is there, and has their sender go on
/// meanwhile; and each call has a window of its own, whether or not somebody reads from it. It
/// tells its tracers of a request that is whole, but of none that waits, so the frames of HTTP/2
/// are looked at as they come. Thread-safe; each connection is for its event loop.
public final class InboundWatch extends ServerStreamTracer.Factory {
  /// What gRPC puts before each message: whether it is compressed, and how long it is.
  private static final int PREFIX_BYTES = 5;

  private static final String WHY =
      "requests that have not come to their end take too much memory (expected: the rest of them)";

  /// The connection whose headers gRPC is reading on this thread.
  private static final ThreadLocal<@Nullable Connection> READING = new ThreadLocal<>();

  private final InboundMemory memory;
  private final Consumer<SocketAddress> close;

  /// @param memory for what peers have sent and nobody could take yet
  /// @param close closes the connection of a peer
  public InboundWatch(MemoryBudget memory, Clock clock, Consumer<SocketAddress> close) {
    this.memory = new InboundMemory(memory, clock);
    this.close = close;
  }

  /// A handler that begins to watch its connection with the first bytes; before those of gRPC.
  public ChannelHandler onFirstBytes() {
    return new ChannelInboundHandlerAdapter() {
      @Override
      public void channelRead(ChannelHandlerContext context, Object message) {
        Http2ConnectionHandler http2 = context.pipeline().get(Http2ConnectionHandler.class);
        if (http2 != null) {
          watch(context, http2);
          var _ = context.pipeline().remove(this);
        }
        context.fireChannelRead(message);
      }
    };
  }

  private void watch(ChannelHandlerContext context, Http2ConnectionHandler http2) {
    Connection connection = new Connection(context, http2);
    http2.decoder().frameListener(connection);
    var _ = context.channel().closeFuture().addListener(_ -> connection.peer.gone());
  }

  @Override
  public ServerStreamTracer newServerStreamTracer(String method, Metadata headers) {
    Connection connection = READING.get();
    return connection == null ? new ServerStreamTracer() {} : connection.begin();
  }

  /// What comes over one connection.
  private final class Connection extends Http2FrameListenerDecorator {
    private final ChannelHandlerContext context;
    private final Http2ConnectionHandler http2;
    private final InboundMemory.Peer peer;
    private final IntObjectMap<InboundMemory.Peer.Call> calls = new IntObjectHashMap<>(2);
    private int beginning;

    Connection(ChannelHandlerContext context, Http2ConnectionHandler http2) {
      super(http2.decoder().frameListener());
      this.context = context;
      this.http2 = http2;
      peer = memory.new Peer(() -> context.channel().eventLoop().execute(this::cutOff));
    }

    @Override
    public void onHeadersRead(
        ChannelHandlerContext here, int stream, Http2Headers headers, int padding, boolean last)
        throws Http2Exception {
      begin(stream);
      try {
        super.onHeadersRead(here, stream, headers, padding, last);
      } finally {
        READING.remove();
      }
    }

    @Override
    public void onHeadersRead(
        ChannelHandlerContext here,
        int stream,
        Http2Headers headers,
        int dependency,
        short weight,
        boolean exclusive,
        int padding,
        boolean last)
        throws Http2Exception {
      begin(stream);
      try {
        super.onHeadersRead(here, stream, headers, dependency, weight, exclusive, padding, last);
      } finally {
        READING.remove();
      }
    }

    private void begin(int stream) {
      beginning = stream;
      READING.set(this);
    }

    /// The call whose headers are being read.
    ServerStreamTracer begin() {
      int stream = beginning;
      InboundMemory.Peer.Call call = peer.call();
      calls.put(stream, call);
      return new ServerStreamTracer() {
        @Override
        public void inboundMessageRead(int number, long wireBytes, long uncompressedBytes) {
          call.taken(wireBytes + PREFIX_BYTES);
        }

        @Override
        public void streamClosed(Status status) {
          calls.remove(stream);
          call.ended();
        }
      };
    }

    /// Hands a copy on, for as long as a piece is kept, all is kept that was read together with it.
    @Override
    public int onDataRead(
        ChannelHandlerContext here, int stream, ByteBuf data, int padding, boolean last)
        throws Http2Exception {
      InboundMemory.Peer.Call call = calls.get(stream);
      if (call == null || !data.isReadable()) {
        return super.onDataRead(here, stream, data, padding, last);
      }
      call.came(data.readableBytes());
      ByteBuf copy = here.alloc().buffer(data.readableBytes());
      try {
        copy.writeBytes(data, data.readerIndex(), data.readableBytes());
        return super.onDataRead(here, stream, copy, padding, last);
      } finally {
        copy.release();
        peer.settle();
      }
    }

    /// Says why, as far as the peer takes that at once.
    private void cutOff() {
      ChannelHandlerContext grpc = context.pipeline().context(http2);
      if (grpc != null) {
        var _ =
            http2.goAway(
                grpc,
                http2.connection().remote().lastStreamCreated(),
                Http2Error.ENHANCE_YOUR_CALM.code(),
                ByteBufUtil.writeAscii(context.alloc(), WHY),
                context.newPromise());
        grpc.flush();
      }
      SocketAddress address = context.channel().remoteAddress();
      if (address != null) {
        close.accept(address);
      }
    }
  }
}
