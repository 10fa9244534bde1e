package dev.parley.bench.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class NatsReaderTest {
  private static final String SAID =
      """
      INFO {"server_id":"x"}\r
      PING\r
      MSG room.1 11 5\r
      MSG x\r
      MSG room.2 2 0\r
      \r
      +OK\r
      PONG\r
      MSG room.1 11 _INBOX.1 3\r
      abc\r
      """;

  private final List<Integer> subscriptions = new ArrayList<>();
  private int pings;
  private int pongs;
  private final NatsReader reader =
      new NatsReader(subscriptions::add, () -> pings++, () -> pongs++);

  private void read(String words) throws IOException {
    reader.read(ByteBuffer.wrap(words.getBytes(StandardCharsets.US_ASCII)));
  }

  @Test
  void countsMessagesAndAnswersPings() throws IOException {
    read(SAID);
    assertThat(subscriptions).containsExactly(11, 2, 11);
    assertThat(pings).isEqualTo(1);
    assertThat(pongs).isEqualTo(1);
  }

  @Test
  void readsWhatComesInPieces() throws IOException {
    for (int i = 0; i < SAID.length(); i++) {
      read(SAID.substring(i, i + 1));
    }
    assertThat(subscriptions).containsExactly(11, 2, 11);
    assertThat(pings).isEqualTo(1);
  }

  @Test
  void anErrorEndsIt() {
    assertThatThrownBy(() -> read("-ERR 'Unknown Protocol Operation'\r\n"))
        .hasMessageContaining("Unknown Protocol");
  }
}
