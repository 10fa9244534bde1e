package dev.parley.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.v1.ChatEvent;
import dev.parley.chat.v1.ChatMessage;
import dev.parley.chat.v1.GetHistoryRequest;
import dev.parley.client.ChatListener;
import dev.parley.client.JoinFrom;
import dev.parley.client.ParleyClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `kill -9` while an assistant writes.
class AssistantCrashIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir Path data;
  @TempDir Path folder;

  @Test
  void nothingHalfDoneIsLeftTheRoomIsToldAndItCanBeAskedAgain() throws Exception {
    Path settings =
        Files.writeString(
            folder.resolve("parley.conf"),
            "provider.simulated.pace = 50ms\nassistant.helper.model = simulated\n");
    int port = ServerProcess.freePort(Seed.generator("AssistantCrashIT"));
    String[] options = {"--config", settings.toString()};
    ServerProcess server = ServerProcess.start(data, port, options);
    List<ChatEvent> seen = new CopyOnWriteArrayList<>();
    ChatListener listener =
        new ChatListener() {
          @Override
          public void onEvent(ChatEvent event) {
            seen.add(event);
          }
        };
    try (ParleyClient ann =
        ParleyClient.builder(server.address()).user("ann").growing().listener(listener).build()) {
      ann.connect().join();
      ann.join("general", JoinFrom.history(10)).join();
      ParleyCommand.Result added =
          ParleyCommand.run(
              "rooms", "add", "general", "helper", "-u", "ann", "--server", server.address());
      assertThat(added.code()).as(added.err()).isZero();
      ann.send("general", "@helper " + "word ".repeat(400)).join();
      await(
          seen,
          event -> event.getMessageGrowing().getMessage().getContent().getText().length() > 50);
      server.kill();
      server = ServerProcess.start(data, port, options);
      await(seen, event -> isAnswer(event, "[interrupted: "));
      ann.send("general", "@helper once more").join();
      await(seen, event -> isAnswer(event, "You said: "));
      List<ChatMessage> answers =
          ann.history(GetHistoryRequest.newBuilder().setRoomId("general").build()).stream()
              .filter(said -> !said.getReplyToId().isEmpty())
              .toList();
      assertThat(answers).hasSize(2);
      assertThat(answers.getFirst().getContent().getText())
          .isEqualTo("[interrupted: the server went down; ask me again]");
      assertThat(answers.getLast().getContent().getText()).contains("@helper once more");
    } finally {
      server.close();
    }
    ParleyCommand.Result check = ParleyCommand.run("check", "--data", data.toString());
    assertThat(check.code()).as(check.err()).isZero();
  }

  private static boolean isAnswer(ChatEvent event, String begin) {
    ChatMessage message = event.getMessage();
    return !message.getReplyToId().isEmpty() && message.getContent().getText().startsWith(begin);
  }

  private static void await(List<ChatEvent> seen, Predicate<ChatEvent> fits) {
    Await.until(PATIENCE, seen::toString, () -> seen.stream().anyMatch(fits));
  }
}
