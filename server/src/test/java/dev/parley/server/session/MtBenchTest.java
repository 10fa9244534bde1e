package dev.parley.server.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.assistant.v1.ChatRequest;
import dev.parley.assistant.v1.ChatResponse;
import dev.parley.assistant.v1.GetTranscriptResponse;
import dev.parley.assistant.v1.Outcome;
import dev.parley.server.ServerExtension;
import dev.parley.testkit.MtBench;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The questions of MT-bench, each a conversation of two turns, with clients that break off and
/// come back.
@Timeout(180)
class MtBenchTest {
  private static final long SEED = Long.getLong("parley.seed", System.nanoTime());

  @RegisterExtension
  final ServerExtension server = new ServerExtension().withLines("provider.simulated.pace = 1ms\n");

  private static List<JsonNode> questions() {
    JsonMapper mapper = JsonMapper.builder().build();
    return MtBench.lines().stream().map(mapper::readTree).toList();
  }

  @Test
  void everyTranscriptIsCompleteHoweverOftenItsClientBreaksOff() {
    System.out.printf("MtBenchTest: -Dparley.seed=%d%n", SEED);
    Random random = new Random(SEED);
    List<JsonNode> questions = questions();
    assertThat(questions).hasSize(80);
    for (JsonNode question : questions) {
      SessionClient ann = SessionClient.of(server.connect(), "ann");
      SessionClient other = SessionClient.of(server.connect(), "ann");
      String session = ann.create("");
      other.watch(session, 0);
      List<ChatResponse> seen = new ArrayList<>();
      for (JsonNode turn : question.get("turns")) {
        ann.ask(session, "turn" + seen.size(), turn.asString());
        int pieces = random.nextInt(1, 6);
        while (pieces > 0 && !SessionClient.isEnd(ann.awaitChunkOrEnd())) {
          pieces--;
        }
        ann.disconnect();
        seen.addAll(ann.placed());
        ann = SessionClient.of(server.connect(), "ann");
        ann.watch(session, seen.getLast().getSequence());
        if (!SessionClient.isEnd(seen.getLast())) {
          ann.awaitEnd();
        }
        ann.send(ChatRequest.newBuilder().setType(ChatRequest.Type.UNWATCH).setSessionId(session));
        seen.addAll(ann.placed());
        ann.disconnect();
        ann = SessionClient.of(server.connect(), "ann");
        other.awaitEnd();
      }
      GetTranscriptResponse transcript = ann.transcript(session);
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < 2; i++) {
        assertThat(transcript.getTurns(i).getText())
            .isEqualTo(question.get("turns").get(i).asString());
        assertThat(transcript.getTurns(i).getAnswer().getOutcome())
            .isEqualTo(Outcome.OUTCOME_COMPLETE);
        text.append(transcript.getTurns(i).getAnswer().getText());
      }
      assertThat(SessionClient.text(seen)).isEqualTo(text.toString());
      assertThat(SessionClient.text(other.placed())).isEqualTo(text.toString());
      ann.disconnect();
      other.disconnect();
    }
  }
}
