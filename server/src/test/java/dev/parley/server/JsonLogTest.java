package dev.parley.server;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class JsonLogTest {
  @Test
  void aLineHasItsTimeAndTheFormattedMessage() {
    assertThat(line(null))
        .startsWith("{\"time\":\"2026-01-31T09:14:00.123Z\",\"level\":\"WARN\",\"logger\":\"a.B\",")
        .endsWith("\"message\":\"said \\\"hi\\\" to ann\"}\n");
  }

  @Test
  void aFailureAddsItsStackOnTheSameLine() {
    assertThat(line(new IOException("full")))
        .contains("\"error\":\"java.io.IOException: full\\n")
        .containsOnlyOnce("\n");
  }

  private static String line(@Nullable Throwable failure) {
    LoggerContext context = new LoggerContext();
    LoggingEvent event =
        new LoggingEvent(
            "",
            context.getLogger("a.B"),
            Level.WARN,
            "said {} to {}",
            failure,
            new Object[] {"\"hi\"", "ann"});
    event.setInstant(Instant.parse("2026-01-31T09:14:00.123Z"));
    return new String(new JsonLog().encode(event), StandardCharsets.UTF_8);
  }
}
