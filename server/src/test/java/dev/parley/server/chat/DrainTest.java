package dev.parley.server.chat;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Duration;
import dev.parley.chat.v1.ChatEvent;
import dev.parley.chat.v1.ChatEvent.EventCase;
import dev.parley.chat.v1.ChatMessage;
import dev.parley.chat.v1.DrainEvent;
import dev.parley.chat.v1.ErrorEvent;
import dev.parley.core.error.Reason;
import dev.parley.server.ServerExtension;
import dev.parley.server.config.Setting;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/// A server that goes away says so first, and keeps what it acknowledged.
@Timeout(60)
class DrainTest {
  @RegisterExtension
  private final ServerExtension server = new ServerExtension().with(Setting.DRAIN_GRACE, "500ms");

  private ManagedChannel channel;
  private NativeStream alice;

  @BeforeEach
  void enter() {
    channel = server.connect();
    alice = NativeStream.joined(channel, "alice");
  }

  private CompletableFuture<Void> stop() {
    return CompletableFuture.runAsync(server::stop);
  }

  @Test
  void streamsAreToldFirstAndThenEndUnavailable() {
    CompletableFuture<Void> stopped = stop();
    DrainEvent drain = alice.await(EventCase.DRAIN).getDrain();
    assertThat(drain.getGrace()).isEqualTo(Duration.newBuilder().setNanos(500_000_000).build());
    assertThat(drain.hasReconnectWithin()).isTrue();
    assertThat(alice.inbox().hasEnded()).isFalse();
    assertThat(NativeCalls.reason(alice.inbox().end())).isEqualTo(Reason.DRAINING);
    stopped.join();
  }

  @Test
  void requestsAndStreamsThatComeTooLateAreRefused() {
    CompletableFuture<Void> stopped = stop();
    alice.await(EventCase.DRAIN);
    ErrorEvent error = alice.refused(NativeStream.text("late", "too late"));
    assertThat(error.getReason()).isEqualTo("DRAINING");
    assertThat(error.getAdvice()).isEqualTo(Reason.DRAINING.advice());
    NativeStream late = NativeStream.silent(channel);
    late.send(NativeStream.hello("bob"));
    assertThat(NativeCalls.reason(late.inbox().end())).isEqualTo(Reason.DRAINING);
    stopped.join();
  }

  @Test
  void whoHangsUpWhenToldEndsWell() {
    CompletableFuture<Void> stopped = stop();
    alice.await(EventCase.DRAIN);
    alice.halfClose();
    assertThat(alice.inbox().end().getStatus().getCode()).isEqualTo(Status.Code.OK);
    stopped.join();
  }

  @Test
  void whatWasAcknowledgedIsThereAfterwardsAndTheRestIsTakenThen() throws Exception {
    int sent = 2_000;
    CompletableFuture<Void> talk =
        CompletableFuture.runAsync(
            () -> {
              for (int i = 0; i < sent && !alice.inbox().hasEnded(); i++) {
                alice.send(NativeStream.text("m" + i, "text " + i));
              }
            });
    alice.find(ChatEvent::hasAck);
    stop().join();
    assertThat(NativeCalls.reason(alice.inbox().end())).isEqualTo(Reason.DRAINING);
    talk.join();
    List<String> acknowledged =
        alice.all(EventCase.ACK).stream().map(event -> event.getAck().getMessageId()).toList();
    server.start();
    List<String> kept = everything();
    assertThat(kept).containsAll(acknowledged).doesNotHaveDuplicates();
    assertThat(kept).containsAll(alice.messages().stream().map(ChatMessage::getId).toList());
    NativeStream again = NativeStream.joined(server.connect(), "alice");
    for (int i = 0; i < 50; i++) {
      assertThat(again.said("m" + i, "text " + i).getDuplicate()).isEqualTo(kept.contains("m" + i));
    }
  }

  private List<String> everything() {
    NativeStream reader = NativeStream.open(server.connect(), NativeStream.resume("bob", 0, 0));
    reader.await(EventCase.CAUGHT_UP);
    return reader.messages().stream().map(ChatMessage::getId).toList();
  }

  @Test
  void aClassicStreamEndsUnavailable() {
    ClassicStream classic = ClassicStream.joined(channel, "carol");
    CompletableFuture<Void> stopped = stop();
    assertThat(classic.inbox().end().getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    stopped.join();
  }
}
