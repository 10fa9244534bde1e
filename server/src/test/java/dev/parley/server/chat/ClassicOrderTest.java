package dev.parley.server.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.classic.ChatEvent.EventCase;
import dev.parley.server.ServerExtension;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/// One order for everyone, and an end in good time, on classic streams.
@Timeout(60)
class ClassicOrderTest {
  private static final int SENDERS = 6;
  private static final int MESSAGES_EACH = 150;

  @RegisterExtension private final ServerExtension server = new ServerExtension();

  @Test
  void everyoneAndTheHistoryHaveOneOrderUnderConcurrentSenders() {
    List<ClassicStream> streams = new ArrayList<>();
    for (int i = 0; i < SENDERS; i++) {
      streams.add(ClassicStream.joined(server.connect(), "user" + i));
    }
    CompletableFuture<?>[] senders = new CompletableFuture<?>[SENDERS];
    for (int i = 0; i < SENDERS; i++) {
      String name = "user" + i;
      ClassicStream stream = streams.get(i);
      senders[i] =
          CompletableFuture.runAsync(
              () -> {
                for (int n = 0; n < MESSAGES_EACH; n++) {
                  stream.say(name + "-" + n, name + "-" + n);
                }
              });
    }
    CompletableFuture.allOf(senders).join();
    List<List<String>> seen = new ArrayList<>();
    for (ClassicStream stream : streams) {
      for (int n = 0; n < SENDERS * MESSAGES_EACH; n++) {
        stream.await(EventCase.MESSAGE);
      }
      seen.add(stream.texts());
    }
    assertThat(seen).allSatisfy(texts -> assertThat(texts).isEqualTo(seen.getFirst()));
    assertThat(streams.getFirst().history("general", SENDERS * MESSAGES_EACH, ""))
        .extracting(message -> message.getContent().getText())
        .isEqualTo(seen.getFirst());
    for (int i = 0; i < SENDERS; i++) {
      String name = "user" + i + "-";
      assertThat(seen.getFirst().stream().filter(text -> text.startsWith(name)))
          .isSortedAccordingTo((a, b) -> Integer.compare(number(a), number(b)));
    }
  }

  private static int number(String text) {
    return Integer.parseInt(text.substring(text.indexOf('-') + 1));
  }

  @Test
  @Timeout(10)
  void theServerStopsInGoodTimeWithOpenStreams() {
    ClassicStream alice = ClassicStream.joined(server.connect(), "alice");
    ClassicStream unknown = ClassicStream.silent(server.connect(), "bob");
    unknown.online("general");
    server.stop();
    assertThat(alice.inbox().end().getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(unknown.inbox().end().getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
  }

  @Test
  void whatWasAcknowledgedIsThereAfterARestart() throws Exception {
    ClassicStream alice = ClassicStream.joined(server.connect(), "alice");
    alice.said("m1", "kept");
    server.stop();
    server.start();
    ClassicStream again = ClassicStream.joined(server.connect(), "alice");
    assertThat(again.history("general", 5, ""))
        .extracting(message -> message.getContent().getText())
        .containsExactly("kept");
    assertThat(again.said("m1", "kept").getMessageId()).isEqualTo("m1");
    assertThat(again.history("general", 5, "")).hasSize(1);
  }
}
