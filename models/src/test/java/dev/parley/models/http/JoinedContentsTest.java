package dev.parley.models.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import org.junit.jupiter.api.Test;

class JoinedContentsTest {
  private final EmbeddedChannel channel = new EmbeddedChannel(new JoinedContents());

  private static ByteBuf bytes(String text) {
    return Unpooled.copiedBuffer(text, UTF_8);
  }

  private void read(String text) {
    channel.pipeline().fireChannelRead(new DefaultHttpContent(bytes(text)));
  }

  private String next() {
    HttpContent content = channel.readInbound();
    String text = content.content().toString(UTF_8);
    content.release();
    assertThat(content.refCnt()).isZero();
    return text;
  }

  @Test
  void whatOneReadBroughtIsOneContent() {
    channel
        .pipeline()
        .fireChannelRead(new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK));
    for (int i = 0; i < 1_000; i++) {
      read("x");
    }
    channel.pipeline().fireChannelReadComplete();
    read("y");
    channel.pipeline().fireChannelReadComplete();
    assertThat(channel.<HttpResponse>readInbound().status()).isEqualTo(HttpResponseStatus.OK);
    assertThat(next()).isEqualTo("x".repeat(1_000));
    assertThat(next()).isEqualTo("y");
    assertThat(channel.inboundMessages()).isEmpty();
  }

  @Test
  void theLastContentComesAfterAllOthers() {
    read("a");
    read("b");
    channel.pipeline().fireChannelRead(new DefaultLastHttpContent(bytes("c")));
    assertThat(next()).isEqualTo("ab");
    assertThat(next()).isEqualTo("c");
  }

  @Test
  void whatIsLeftIsToldWhenTheConnectionEndsAndReleasedWhenNobodyListens() {
    read("a");
    channel.pipeline().fireChannelInactive();
    assertThat(next()).isEqualTo("a");
    ByteBuf left = bytes("b");
    channel.pipeline().fireChannelRead(new DefaultHttpContent(left));
    channel.pipeline().remove(JoinedContents.class);
    assertThat(left.refCnt()).isZero();
  }
}
