package dev.parley.server.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.assistant.v1.ChatResponse;
import dev.parley.assistant.v1.CreateSessionRequest;
import dev.parley.assistant.v1.GetTranscriptResponse;
import dev.parley.assistant.v1.ListSessionsRequest;
import dev.parley.assistant.v1.ListSessionsResponse;
import dev.parley.assistant.v1.Outcome;
import dev.parley.assistant.v1.SessionInfoResponse;
import dev.parley.assistant.v1.SessionSummary;
import dev.parley.assistant.v1.Turn;
import dev.parley.storage.sqlite.Backup;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What was under way when the server stopped or crashed.
class SessionRestartTest extends SessionFixture {
  @Test
  void whatIsUnderWayWhenTheServerStopsIsMarkedWithWhatWasShown() throws Exception {
    SessionClient ann = ann();
    String session = ann.create(SLOW);
    ann.ask(session, "q1", words(1_000));
    ann.ask(session, "q2", "and then");
    for (int i = 0; i < 5; i++) {
      ann.await(ChatResponse.Type.CHUNK);
    }
    server.stop();
    List<ChatResponse> seen = new ArrayList<>(ann.placed());
    server.start();

    SessionClient again = ann();
    again.watch(session, seen.getLast().getSequence());
    again.awaitEnd();
    again.awaitEnd(); // the message that waited is answered now
    seen.addAll(again.placed());
    assertGapless(seen);
    GetTranscriptResponse transcript = again.transcript(session);
    assertThat(transcript.getTurns(0).getAnswer().getOutcome())
        .isEqualTo(Outcome.OUTCOME_INTERRUPTED);
    assertThat(SessionClient.text(seen))
        .isEqualTo(
            transcript.getTurns(0).getAnswer().getText()
                + transcript.getTurns(1).getAnswer().getText());
    assertThat(transcript.getTurns(1).getAnswer().getOutcome()).isEqualTo(Outcome.OUTCOME_COMPLETE);
  }

  @Test
  void whatACrashLeftIsToldAsInterruptedAndTheRestIsAnsweredAlsoIfNobodyWatches() throws Exception {
    SessionClient ann = ann();
    List<String> sessions = List.of(ann.create(SLOW), ann.create(SLOW), ann.create(SLOW));
    List<Long> lastTurns = new ArrayList<>();
    for (String session : sessions) {
      ann.ask(session, "q1", words(1_000));
      ann.ask(session, "q2", "and then");
      lastTurns.add(
          ann.await(
                  event ->
                      event.getType() == ChatResponse.Type.ACK && event.getRequestId().equals("q2"))
              .getSequence());
      ann.await(
          event ->
              event.getType() == ChatResponse.Type.CHUNK && event.getSessionId().equals(session));
    }
    Path crashed = server.data().resolve("crashed");
    Backup.create(server.data(), crashed);
    server.stop();
    Backup.restore(crashed, server.data(), true);
    server.start();

    SessionClient again = ann();
    SessionInfoResponse info = info(again, sessions.get(0));
    assertThat(info.getSession().getAnswer().getOutcome()).isEqualTo(Outcome.OUTCOME_INTERRUPTED);
    awaitAsked(again, 1);

    // waits unseen until the fork asks for it: the partial answer is brought along
    CreateSessionRequest.Builder forking =
        CreateSessionRequest.newBuilder()
            .setForkSessionId(sessions.get(1))
            .setForkBeforeSequence(lastTurns.get(1));
    SessionClient fork = ann();
    Turn copied =
        fork.transcript(again.calls.createSession(forking.build()).getSessionId()).getTurns(0);
    assertThat(copied.getText()).isEqualTo(words(1_000));
    assertThat(copied.getAnswer().getOutcome()).isEqualTo(Outcome.OUTCOME_INTERRUPTED);
    assertThat(copied.getAnswer().getText()).startsWith("You");
    awaitAsked(again, 2);

    ListSessionsResponse list = again.calls.listSessions(ListSessionsRequest.getDefaultInstance());
    assertThat(list.getSessionsList())
        .filteredOn(each -> each.getSessionId().equals(sessions.get(2)))
        .extracting(SessionSummary::getAnswering)
        .containsExactly(false);
    awaitAsked(again, 3);
    for (String session : sessions) {
      GetTranscriptResponse transcript = again.transcript(session);
      assertThat(transcript.getTurns(0).getAnswer().getOutcome())
          .isEqualTo(Outcome.OUTCOME_INTERRUPTED);
      assertThat(transcript.getTurns(0).getAnswer().getText()).startsWith("You");
    }
  }
}
