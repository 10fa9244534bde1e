package dev.parley.bench.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// One connection of a [HttpAsker]. Owned by its event loop.
final class HttpConnection extends SimpleChannelInboundHandler<HttpObject> implements Asker.Asked {
  private static final int MAX_REFUSAL_CHARS = 1_000;

  private final HttpAsker asker;
  private @Nullable Channel channel;
  private Asker.@Nullable Ear ear;
  private @Nullable CompletionReader reader;

  /// What is said instead of an answer; null: there is an answer.
  private @Nullable StringBuilder refusal;

  private boolean keepAlive;
  private boolean left;

  HttpConnection(HttpAsker asker) {
    this.asker = asker;
  }

  /// Somebody will ask as soon as it is connected.
  void expect(Asker.Ear listener) {
    ear = listener;
  }

  void ask(FullHttpRequest request, Asker.Ear listener) {
    expect(listener);
    Channel connected = channel;
    if (connected == null) {
      throw new IllegalStateException("asked before it was connected");
    }
    send(connected, request);
  }

  void send(Channel connected, FullHttpRequest request) {
    channel = connected;
    if (left) {
      request.release();
      var _ = connected.close();
      return;
    }
    reader = new CompletionReader();
    refusal = null;
    var _ = connected.writeAndFlush(request);
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, HttpObject message) {
    long now = System.nanoTime();
    if (message instanceof HttpResponse response) {
      keepAlive = HttpUtil.isKeepAlive(response);
      if (!response.status().equals(HttpResponseStatus.OK)) {
        refusal = new StringBuilder("HTTP " + response.status() + ": ");
      }
    }
    if (message instanceof HttpContent content) {
      read(content.content(), now);
      if (message instanceof LastHttpContent) {
        endOfAnswer();
      }
    }
  }

  private void read(ByteBuf bytes, long now) {
    Asker.Ear listener = ear;
    CompletionReader completion = reader;
    StringBuilder words = refusal;
    if (listener == null || completion == null) {
      return;
    }
    if (words == null) {
      completion.read(bytes, text -> listener.hear(text, now));
    } else if (words.length() < MAX_REFUSAL_CHARS) {
      words.append(bytes.toString(StandardCharsets.UTF_8));
    }
  }

  private void endOfAnswer() {
    CompletionReader completion = reader;
    StringBuilder words = refusal;
    if (words != null) {
      end(new Told(Told.Kind.ERROR, words.toString()));
    } else if (completion != null) {
      end(completion.told("the stream ended without [DONE]"));
    }
  }

  /// Tells the ear, and lends the connection to the next question if it can serve one.
  private void end(Told told) {
    Asker.Ear listener = ear;
    Channel connected = channel;
    ear = null;
    if (connected != null && connected.isActive()) {
      if (keepAlive && told.kind() == Told.Kind.COMPLETE) {
        asker.free(this);
      } else {
        var _ = connected.close();
      }
    }
    if (listener != null) {
      listener.ended(told);
    }
  }

  void fail(String words) {
    asker.closed(this);
    end(new Told(Told.Kind.CUT, words));
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    asker.closed(this);
    CompletionReader completion = reader;
    if (ear != null && completion != null) {
      end(completion.told("the connection was closed"));
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    end(new Told(Told.Kind.CUT, "the connection broke: " + cause));
    var _ = context.close();
  }

  @Override
  public void leave(Asker.Leaving how) {
    left = true;
    ear = null;
    Channel connected = channel;
    if (connected != null) {
      var _ = connected.close();
    }
  }
}
