package dev.parley.cli.assistant;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.util.Durations;
import dev.parley.assistant.v1.Answer;
import dev.parley.assistant.v1.ChatResponse;
import dev.parley.assistant.v1.GetTranscriptResponse;
import dev.parley.assistant.v1.Outcome;
import dev.parley.assistant.v1.Session;
import dev.parley.cli.TestParley;
import dev.parley.cli.terminal.StreamScreen;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

/// What is made of a session's events.
class TalkTest {
  private static final Session SESSION = Session.newBuilder().setId("s").build();

  private final StringWriter notes = new StringWriter();
  private final Talk talk =
      new Talk(
          new PlainView(TestParley.streams("", new StringWriter(), new StringWriter())),
          new StreamScreen(new PrintWriter(notes)),
          new Figures(0),
          () -> 0);

  private static ChatResponse.Builder error(String words) {
    return ChatResponse.newBuilder()
        .setType(ChatResponse.Type.ERROR)
        .setSessionId("s")
        .setErrorMessage(words)
        .setRetryAfter(Durations.fromMillis(41_500));
  }

  @Test
  void whenToTryAgainIsTold() {
    talk.enter(GetTranscriptResponse.newBuilder().setSession(SESSION).build());
    talk.take(
        error("slow down")
            .setSequence(4)
            .setAnswer(Answer.newBuilder().setOutcome(Outcome.OUTCOME_FAILED).setError("slow down"))
            .build());
    assertThat(notes.toString().lines()).containsExactly("✗ slow down", "  Try again in 42 s.");
    talk.take(error("too much").build());
    assertThat(notes.toString().lines().skip(2))
        .containsExactly("✗ too much", "  Try again in 42 s.");
  }
}
