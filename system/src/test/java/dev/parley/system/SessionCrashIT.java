package dev.parley.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.assistant.v1.Answer;
import dev.parley.assistant.v1.ChatResponse;
import dev.parley.assistant.v1.CreateSessionRequest;
import dev.parley.assistant.v1.GetTranscriptRequest;
import dev.parley.assistant.v1.GetTranscriptResponse;
import dev.parley.assistant.v1.Outcome;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `kill -9` while models answer.
class SessionCrashIT {
  private static final int SESSIONS = 20;
  private static final int ROUNDS = Integer.getInteger("parley.crash.rounds", 3);

  /// Some way into answers of 20,000 characters in all, on average.
  private static final int MAX_CHARS_BETWEEN = 8_000;

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir Path data;
  @TempDir Path folder;

  @Test
  void everyAnswerEndsCompleteOrMarkedAndNothingShownIsTakenBack() throws Exception {
    RandomGenerator random = Seed.generator("SessionCrashIT");
    int port = ServerProcess.freePort(random);
    Path settings =
        Files.writeString(folder.resolve("parley.conf"), "provider.simulated.pace = 10ms\n");
    String[] options = {"--config", settings.toString()};
    ServerProcess server = ServerProcess.start(data, port, options);
    List<String> sessions = new ArrayList<>();
    Map<String, List<ChatResponse>> told = Map.of();
    try {
      for (int round = 0; round < ROUNDS; round++) {
        try (SessionWatcher watcher = new SessionWatcher(server.address(), "ann", told)) {
          if (round == 0) {
            for (int i = 0; i < SESSIONS; i++) {
              sessions.add(
                  watcher
                      .calls
                      .createSession(CreateSessionRequest.getDefaultInstance())
                      .getSessionId());
            }
          }
          for (String session : sessions) {
            watcher.resume(session);
            watcher.ask(session, "q" + round, "word ".repeat(random.nextInt(1, 400)));
          }
          long enough = random.nextInt(1, MAX_CHARS_BETWEEN);
          String id = "q" + round;
          Await.until(
              PATIENCE,
              () -> "all is asked, and %d of %d characters".formatted(watcher.chars(), enough),
              () ->
                  watcher.chars() >= enough
                      && sessions.stream().allMatch(session -> watcher.sees(session, id)));
          server.kill();
          told = watcher.told();
        }
        server = ServerProcess.start(data, port, options);
      }
      check(server, sessions, told);
    } finally {
      server.close();
    }
    ParleyCommand.Result check = ParleyCommand.run("check", "--data", data.toString());
    assertThat(check.code()).as(check.err()).isZero();
  }

  /// Each session is watched to the end of a last answer: by one who was there all along, and by
  /// one who begins at the beginning.
  private static void check(
      ServerProcess server, List<String> sessions, Map<String, List<ChatResponse>> told) {
    int interrupted = 0;
    try (SessionWatcher watcher = new SessionWatcher(server.address(), "ann", told);
        SessionWatcher late = new SessionWatcher(server.address(), "ann", Map.of())) {
      for (String session : sessions) {
        watcher.resume(session);
        watcher.ask(session, "last", "the last question");
        late.resume(session);
      }
      Await.until(
          PATIENCE,
          () -> "all answers end",
          () -> sessions.stream().allMatch(session -> isAnswered(transcript(watcher, session))));
      for (String session : sessions) {
        GetTranscriptResponse transcript = transcript(watcher, session);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i <= ROUNDS; i++) {
          Answer answer = transcript.getTurns(i).getAnswer();
          assertThat(answer.getOutcome())
              .isIn(Outcome.OUTCOME_COMPLETE, Outcome.OUTCOME_INTERRUPTED);
          interrupted += answer.getOutcome() == Outcome.OUTCOME_INTERRUPTED ? 1 : 0;
          text.append(answer.getText());
        }
        assertThat(transcript.getTurnsCount()).isEqualTo(ROUNDS + 1);
        Await.until(
            PATIENCE,
            () -> "both watchers have all of it",
            () -> hasAll(watcher, transcript, session) && hasAll(late, transcript, session));
        List<ChatResponse> seen = watcher.told().get(session);
        assertThat(SessionWatcher.text(seen)).isEqualTo(text.toString());
        assertThat(late.told().get(session)).endsWith(seen.toArray(ChatResponse[]::new));
      }
    }
    System.out.printf(
        "SessionCrashIT: %d kills, %d answers interrupted, 0 chunks lost%n", ROUNDS, interrupted);
    assertThat(interrupted).isPositive();
  }

  private static boolean isAnswered(GetTranscriptResponse transcript) {
    return transcript.getTurnsCount() == ROUNDS + 1
        && transcript.getTurns(ROUNDS).getAnswer().getOutcome() == Outcome.OUTCOME_COMPLETE;
  }

  private static boolean hasAll(
      SessionWatcher watcher, GetTranscriptResponse transcript, String session) {
    List<ChatResponse> events = watcher.told().getOrDefault(session, List.of());
    return !events.isEmpty() && events.getLast().getSequence() == transcript.getLastSequence();
  }

  private static GetTranscriptResponse transcript(SessionWatcher watcher, String session) {
    return watcher.calls.getTranscript(
        GetTranscriptRequest.newBuilder().setSessionId(session).build());
  }
}
