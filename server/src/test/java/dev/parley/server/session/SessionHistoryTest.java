package dev.parley.server.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.assistant.v1.ChatRequest;
import dev.parley.assistant.v1.ChatResponse;
import dev.parley.assistant.v1.CreateSessionRequest;
import dev.parley.assistant.v1.DeleteSessionRequest;
import dev.parley.assistant.v1.GetTranscriptRequest;
import dev.parley.assistant.v1.GetTranscriptResponse;
import dev.parley.assistant.v1.ListSessionsRequest;
import dev.parley.assistant.v1.ListSessionsResponse;
import dev.parley.assistant.v1.Outcome;
import dev.parley.assistant.v1.SearchSessionsRequest;
import dev.parley.assistant.v1.SearchSessionsResponse;
import dev.parley.assistant.v1.ServerStatsRequest;
import dev.parley.assistant.v1.SessionInfoRequest;
import dev.parley.assistant.v1.SessionInfoResponse;
import dev.parley.assistant.v1.SessionMatch;
import dev.parley.assistant.v1.Turn;
import dev.parley.assistant.v1.UpdateSessionRequest;
import dev.parley.core.limit.Limits;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// What a user has of past sessions: lists, transcripts, search, forks; and nobody else has.
class SessionHistoryTest extends SessionFixture {
  @Test
  void sessionsAreListedChangedCountedAndDeleted() {
    SessionClient ann = ann();
    String session =
        ann.calls
            .createSession(
                CreateSessionRequest.newBuilder().setTitle("First").setSystemPrompt("Hm").build())
            .getSessionId();
    String other = ann.create("");
    ann.ask(session, "q1", "hello");
    ann.awaitEnd();
    var _ =
        ann.calls.updateSession(
            UpdateSessionRequest.newBuilder().setSessionId(session).setTitle("Renamed").build());
    assertThat(ann.await(ChatResponse.Type.SESSION_UPDATE).getSession().getTitle())
        .isEqualTo("Renamed");
    SessionInfoResponse info =
        ann.calls.getSessionInfo(SessionInfoRequest.newBuilder().setSessionId(session).build());
    assertThat(info.getMessageCount()).isEqualTo(2);
    assertThat(info.getModel()).isEqualTo("simulated/simulated");
    assertThat(info.getSession().getSystemPrompt()).isEqualTo("Hm");
    assertThat(info.getSession().getTitle()).isEqualTo("Renamed");
    ListSessionsResponse list = ann.calls.listSessions(ListSessionsRequest.getDefaultInstance());
    Set<String> listed = new HashSet<>();
    list.getSessionsList().forEach(each -> listed.add(each.getSessionId()));
    assertThat(listed).containsExactlyInAnyOrder(session, other);
    var stats = ann.calls.getServerStats(ServerStatsRequest.getDefaultInstance());
    assertThat(stats.getTotalSessionsCreated()).isEqualTo(2);
    assertThat(stats.getTotalRequests()).isEqualTo(1);
    assertThat(stats.getModel()).isEqualTo("simulated");

    var _ =
        ann.calls.deleteSession(DeleteSessionRequest.newBuilder().setSessionId(session).build());
    assertThat(ann.await(ChatResponse.Type.CLOSED).getReason()).isEqualTo("DELETED");
    assertThatThrownBy(() -> ann.transcript(session)).hasMessageContaining("NOT_FOUND");
    assertThat(ann.calls.listSessions(ListSessionsRequest.getDefaultInstance()).getSessionsList())
        .extracting(each -> each.getSessionId())
        .containsExactly(other);
  }

  @Test
  void aTurnWhoseAnswerIsUnderWayIsNotForkedAndWhatWasBeforeIs() {
    SessionClient ann = ann();
    String session = ann.create(SLOW);
    ann.ask(session, "q1", words(1_000));
    long turn = ann.await(ChatResponse.Type.ACK).getSequence();
    ann.await(ChatResponse.Type.CHUNK);
    CreateSessionRequest.Builder forking =
        CreateSessionRequest.newBuilder().setForkSessionId(session);
    assertThatThrownBy(() -> ann.calls.createSession(forking.build()))
        .hasMessageContaining("the answer to turn %d is not there yet".formatted(turn));
    String fork =
        ann.calls.createSession(forking.setForkBeforeSequence(turn).build()).getSessionId();
    assertThat(ann.transcript(fork).getTurnsCount()).isZero();
    assertThat(info(ann, session).getSession().getAnswer().getOutcome())
        .as("it goes on")
        .isEqualTo(Outcome.OUTCOME_UNKNOWN);
  }

  @Test
  void pagesOfATranscriptHoldWholeExchangesAndLeaveNothingOut() {
    SessionClient ann = ann();
    String session = ann.create("");
    for (int i = 0; i < 7; i++) {
      ann.ask(session, "q" + i, "question " + i);
      ann.awaitEnd();
    }
    List<String> questions = new ArrayList<>();
    long after = 0;
    do {
      GetTranscriptResponse page =
          ann.calls.getTranscript(
              GetTranscriptRequest.newBuilder()
                  .setSessionId(session)
                  .setAfterSequence(after)
                  .setPageSize(3)
                  .build());
      assertThat(page.getTurnsList())
          .allMatch(turn -> turn.getAnswer().getOutcome() == Outcome.OUTCOME_COMPLETE);
      page.getTurnsList().forEach(turn -> questions.add(turn.getText()));
      after = page.getNextAfterSequence();
    } while (after > 0);
    assertThat(questions)
        .containsExactly(
            "question 0",
            "question 1",
            "question 2",
            "question 3",
            "question 4",
            "question 5",
            "question 6");
  }

  @Test
  void anEarlierTurnIsEditedInASessionThatHasWhatCameBefore() {
    SessionClient ann = ann();
    String session = ann.create("");
    for (int i = 1; i <= 3; i++) {
      ann.ask(session, "q" + i, "question " + i);
      ann.awaitEnd();
    }
    long third = ann.transcript(session).getTurns(2).getSequence();
    CreateSessionRequest.Builder forking =
        CreateSessionRequest.newBuilder().setForkSessionId(session).setForkBeforeSequence(third);
    String fork = ann.calls.createSession(forking.build()).getSessionId();
    ann.ask(fork, "q3", "another question");
    assertThat(ann.awaitEnd().getContextMessages()).isEqualTo(6);
    GetTranscriptResponse transcript = ann.transcript(fork);
    assertThat(transcript.getTurnsList())
        .extracting(Turn::getText)
        .containsExactly("question 1", "question 2", "another question");
    assertThat(transcript.getTurns(1).getAnswer().getText())
        .isEqualTo(ann.transcript(session).getTurns(1).getAnswer().getText());
    assertThat(ann.transcript(session).getTurnsCount()).isEqualTo(3);
    SessionClient ben = SessionClient.of(server.connect(), "ben");
    assertThatThrownBy(() -> ben.calls.createSession(forking.build()))
        .hasMessageContaining("NOT_FOUND");
  }

  @Test
  void whatWasSaidIsFoundInAllSessionsOfItsUserNewestFirst() {
    SessionClient ann = ann();
    String first = ann.create("");
    String second = ann.create("");
    ann.ask(first, "q1", "where do Penguins live");
    ann.awaitEnd();
    ann.ask(second, "q1", words(200) + " penguins " + words(200));
    ann.awaitEnd();
    SessionClient ben = SessionClient.of(server.connect(), "ben");
    ben.ask(ben.create(""), "q1", "penguins are mine");
    ben.awaitEnd();

    List<SessionMatch> matches = search(ann, "penguin*", "", 3);
    assertThat(matches)
        .extracting(SessionMatch::getSessionId)
        .containsExactly(second, second, first, first);
    assertThat(matches)
        .extracting(SessionMatch::getModel)
        .containsExactly("simulated/simulated", "", "simulated/simulated", "");
    assertThat(matches.get(1).getTurnSequence()).isEqualTo(matches.get(0).getTurnSequence());
    assertThat(matches.get(1).getExcerpt())
        .contains("word penguins word")
        .startsWith("…")
        .endsWith("…")
        .hasSizeLessThanOrEqualTo(240);
    assertThat(matches.get(3).getExcerpt()).isEqualTo("where do Penguins live");
    assertThat(search(ann, "penguins", first, 1)).hasSize(2);
    assertThat(search(ann, "mine", "", 5)).isEmpty();
    assertThatThrownBy(() -> search(ann, "…", "", 5)).hasMessageContaining("search terms: 0");
    assertThatThrownBy(() -> search(ben, "penguins", first, 5)).hasMessageContaining("NOT_FOUND");
  }

  /// All pages of a search.
  private static List<SessionMatch> search(
      SessionClient client, String query, String session, int pageSize) {
    List<SessionMatch> matches = new ArrayList<>();
    String token = "";
    do {
      SearchSessionsResponse page =
          client.calls.searchSessions(
              SearchSessionsRequest.newBuilder()
                  .setQuery(query)
                  .setSessionId(session)
                  .setPageSize(pageSize)
                  .setPageToken(token)
                  .build());
      assertThat(page.getMatchesCount()).isLessThanOrEqualTo(pageSize);
      matches.addAll(page.getMatchesList());
      token = page.getNextPageToken();
    } while (!token.isEmpty());
    return matches;
  }

  @Test
  void sessionsAreListedInPagesNewestFirst() throws Exception {
    SessionClient ann = ann();
    List<String> made = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      made.addFirst(ann.create(""));
      long now = System.currentTimeMillis();
      while (System.currentTimeMillis() == now) {
        Thread.onSpinWait(); // ids are in order of milliseconds
      }
    }
    List<String> listed = new ArrayList<>();
    String token = "";
    do {
      ListSessionsResponse page =
          ann.calls.listSessions(
              ListSessionsRequest.newBuilder().setPageSize(3).setPageToken(token).build());
      page.getSessionsList().forEach(each -> listed.add(each.getSessionId()));
      token = page.getNextPageToken();
    } while (!token.isEmpty());
    assertThat(listed).isEqualTo(made);
  }

  @Test
  void noMoreTurnsAreForkedThanTheLimit() {
    SessionClient ann = ann();
    String session = ann.create("");
    int most = Limits.MAX_FORKED_TURNS;
    for (int i = 0; i <= most; i++) {
      ann.ask(session, "q" + i, "question " + i);
      ann.awaitEnd();
    }
    CreateSessionRequest.Builder whole =
        CreateSessionRequest.newBuilder().setForkSessionId(session);
    assertThatThrownBy(() -> ann.calls.createSession(whole.build()))
        .hasMessageContaining("more than 200 turns");
    long last =
        ann.calls
            .getTranscript(
                GetTranscriptRequest.newBuilder().setSessionId(session).setPageSize(1_000).build())
            .getTurns(most)
            .getSequence();
    String fork = ann.calls.createSession(whole.setForkBeforeSequence(last).build()).getSessionId();
    assertThat(
            ann.calls
                .getSessionInfo(SessionInfoRequest.newBuilder().setSessionId(fork).build())
                .getUserMessages())
        .isEqualTo(most);
  }

  @Test
  void othersFindNoSuchSession() {
    SessionClient ann = ann();
    String session = ann.create("");
    SessionClient ben = SessionClient.of(server.connect(), "ben");
    ben.ask(session, "q1", "hello");
    ChatResponse error = ben.await(ChatResponse.Type.ERROR);
    assertThat(error.getReason()).isEqualTo("SESSION_NOT_FOUND");
    assertThat(error.getRequestId()).isEqualTo("q1");
    assertThatThrownBy(() -> ben.transcript(session)).hasMessageContaining("NOT_FOUND");
    assertThatThrownBy(
            () ->
                ben.calls.deleteSession(
                    DeleteSessionRequest.newBuilder().setSessionId(session).build()))
        .hasMessageContaining("NOT_FOUND");
    assertThat(ben.calls.listSessions(ListSessionsRequest.getDefaultInstance()).getSessionsList())
        .isEmpty();
    ben.send(ChatRequest.newBuilder().setType(ChatRequest.Type.PING).setId("p"));
    assertThat(ben.await(ChatResponse.Type.PONG).getRequestId())
        .as("the stream goes on")
        .isEqualTo("p");
  }
}
