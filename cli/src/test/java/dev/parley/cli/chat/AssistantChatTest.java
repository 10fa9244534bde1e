package dev.parley.cli.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.cli.TestParley;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class AssistantChatTest {
  @RegisterExtension
  final TestParley parley =
      new TestParley()
          .withLines(
              """
              provider.simulated.pace = 50ms
              assistant.helper.model = simulated
              """);

  @Test
  void whatAnAssistantWritesIsSeenGrowingAndCanBeStopped() throws Exception {
    String[] args = {"--server=" + parley.server(), "--user=ann"};
    try (TestTerminal ann = TestTerminal.chat(true, null, args)) {
      ann.await("ann in general");
      ann.awaitReading(1);
      ann.line("/stop");
      ann.await("MESSAGE_NOT_FOUND");
      ann.line("/invite helper");
      ann.await("helper: I am here");
      ann.line("@helper " + "say it all again ".repeat(30));
      ann.await("general   helper: You said: ann: @helper say it");
      ann.line("/stop");
      ann.await("[stopped by ann]");
      ann.awaitGone("general   helper");
    }
  }

  @Test
  void anybodyBringsItToAPublicRoomFromTheCommandLine() {
    assertThat(parley.run("rooms", "add", "general", "helper", "-u", "ann").exitCode()).isZero();
    String room = parley.run("history", "general", "-u", "ann").out();
    assertThat(room).contains("I am here");
  }
}
