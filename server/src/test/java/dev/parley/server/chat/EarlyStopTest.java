package dev.parley.server.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.v1.ChatEvent.EventCase;
import dev.parley.server.ServerExtension;
import dev.parley.server.config.Setting;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/// A server that stops waits for streams, and not for the time that they might have taken.
@Timeout(60)
class EarlyStopTest {
  private static final Duration LESS_THAN_THE_GRACE = Duration.ofSeconds(6);

  @RegisterExtension
  private final ServerExtension server = new ServerExtension().with(Setting.DRAIN_GRACE, "8s");

  private CompletableFuture<Void> stop() {
    return CompletableFuture.runAsync(server::stop);
  }

  @Test
  void withoutStreamsItStopsAtOnce() {
    assertThat(stop()).succeedsWithin(LESS_THAN_THE_GRACE);
  }

  @Test
  void itStopsWhenTheLastStreamHasEnded() {
    NativeStream alice = NativeStream.joined(server.connect(), "alice");
    NativeStream bob = NativeStream.joined(server.connect(), "bob");
    CompletableFuture<Void> stopped = stop();
    alice.await(EventCase.DRAIN);
    alice.halfClose();
    alice.inbox().end();
    assertThat(stopped).isNotDone();
    bob.await(EventCase.DRAIN);
    bob.halfClose();
    assertThat(stopped).succeedsWithin(LESS_THAN_THE_GRACE);
  }
}
