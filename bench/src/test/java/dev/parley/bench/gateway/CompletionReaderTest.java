package dev.parley.bench.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class CompletionReaderTest {
  private static final String ROLE =
      "data: {\"choices\":[{\"delta\":{\"role\":\"assistant\"}}]}\n\n";
  private static final String STOP =
      "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n";

  private final CompletionReader reader = new CompletionReader();
  private final StringBuilder text = new StringBuilder();

  private static String piece(String content) {
    return ": a comment\r\nid: 3\r\ndata: { \"choices\" : [ {\"delta\":{\"content\":\"%s\"},\"finish_reason\":null} ] }\r\n\r\n"
        .formatted(content);
  }

  private Told read(String stream) {
    // Byte by byte: every place is one where a packet may end.
    for (byte b : stream.getBytes(StandardCharsets.UTF_8)) {
      reader.read(Unpooled.wrappedBuffer(new byte[] {b}), text::append);
    }
    return reader.told("nothing was said of an end");
  }

  @Test
  void readsPiecesToTheEnd() {
    Told told = read(ROLE + piece("grün") + piece(" und blau") + STOP + "data: [DONE]\n\n");
    assertThat(text).hasToString("grün und blau");
    assertThat(told.kind()).isEqualTo(Told.Kind.COMPLETE);
  }

  @Test
  void aReasonToFinishIsAnEndToo() {
    assertThat(read(piece("a") + STOP).kind()).isEqualTo(Told.Kind.COMPLETE);
  }

  @Test
  void aStreamWithoutAnEndIsCut() {
    assertThat(read(piece("a"))).isEqualTo(new Told(Told.Kind.CUT, "nothing was said of an end"));
  }

  @Test
  void anErrorIsOneEvenIfAnEndFollows() {
    Told told =
        read(piece("a") + "data: {\"error\":{\"message\":\"it fell\"}}\n\ndata: [DONE]\n\n");
    assertThat(told).isEqualTo(new Told(Told.Kind.ERROR, "it fell"));
  }

  @Test
  void brokenJsonIsToldAsThat() {
    assertThat(read("data: {\"choices\":[\n\n" + piece("a") + STOP).kind())
        .isEqualTo(Told.Kind.GARBLED);
    assertThat(text).isEmpty();
  }
}
