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
import dev.parley.assistant.v1.SessionSummary;
import dev.parley.assistant.v1.Turn;
import dev.parley.assistant.v1.UpdateSessionRequest;
import dev.parley.core.limit.Limits;
import dev.parley.server.ServerExtension;
import dev.parley.storage.sqlite.Backup;
import io.grpc.Status;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(120)
class SessionServiceTest {
  private static final String SLOW = "slow";

  @RegisterExtension
  final ServerExtension server =
      new ServerExtension()
          .withLines(
              """
              provider.simulated.pace = 0s
              provider.slow.kind = simulated
              provider.slow.pace = 20ms
              provider.dead.kind = compatible
              provider.dead.base-url = http://127.0.0.1:1/v1
              price.simulated/* = 3 15
              provider.small.kind = simulated
              provider.small.pace = 0s
              context.small/* = 256
              """);

  private SessionClient ann() {
    return SessionClient.of(server.connect(), "ann");
  }

  private static List<ChatResponse.Type> types(List<ChatResponse> events) {
    return events.stream().map(ChatResponse::getType).toList();
  }

  private static String words(int count) {
    return "word ".repeat(count).strip();
  }

  private static void assertGapless(List<ChatResponse> placed) {
    List<Long> sequences = SessionClient.sequences(placed);
    assertThat(sequences)
        .isEqualTo(
            LongStream.range(sequences.getFirst(), sequences.getFirst() + sequences.size())
                .boxed()
                .toList());
  }

  @Test
  void anAnswerIsToldInOrderAndAddsUpToItsText() {
    SessionClient ann = ann();
    String session = ann.create("");
    ann.ask(session, "q1", words(40));
    ChatResponse end = ann.awaitEnd();
    List<ChatResponse> placed = ann.placed();
    List<ChatResponse> chunks =
        placed.stream().filter(event -> event.getType() == ChatResponse.Type.CHUNK).toList();
    List<ChatResponse.Type> expected =
        new ArrayList<>(
            List.of(
                ChatResponse.Type.TURN,
                ChatResponse.Type.STATUS,
                ChatResponse.Type.RESPONSE_START));
    chunks.forEach(chunk -> expected.add(chunk.getType()));
    expected.add(ChatResponse.Type.RESPONSE_COMPLETE);
    assertThat(types(placed)).isEqualTo(expected);
    assertThat(chunks).extracting(ChatResponse::getChunkNumber).startsWith(1).isSorted();
    assertThat(chunks.getLast().getChunkNumber()).isEqualTo(chunks.size());
    assertGapless(placed);

    assertThat(end.getTotalChunks()).isEqualTo(chunks.size());
    assertThat(end.getMessageCount()).isEqualTo(2);
    assertThat(end.getContextMessages()).isEqualTo(2);
    assertThat(end.getAnswer().getOutcome()).isEqualTo(Outcome.OUTCOME_COMPLETE);
    assertThat(end.getAnswer().getText()).as("told in chunks already").isEmpty();
    assertThat(end.getAnswer().getCostNanos())
        .isEqualTo(
            end.getAnswer().getInputTokens() * 3_000 + end.getAnswer().getOutputTokens() * 15_000);
    Turn turn = ann.transcript(session).getTurns(0);
    assertThat(turn.getText()).isEqualTo(words(40));
    assertThat(turn.getAnswer().getText())
        .isEqualTo(SessionClient.text(placed))
        .startsWith("You said: " + words(40));
  }

  @Test
  void messagesThatComeWhileItAnswersAreAnsweredInOrder() {
    SessionClient ann = ann();
    String session = ann.create(SLOW);
    for (int i = 1; i <= 3; i++) {
      ann.ask(session, "q" + i, "question " + i);
    }
    for (int i = 1; i <= 3; i++) {
      ann.awaitEnd();
    }
    GetTranscriptResponse transcript = ann.transcript(session);
    for (int i = 1; i <= 3; i++) {
      assertThat(transcript.getTurns(i - 1).getAnswer().getText())
          .startsWith("You said: question " + i)
          .contains("This conversation has %d turn".formatted(2 * i - 1));
    }
    assertGapless(ann.placed());
  }

  @Test
  void whoResumesInTheMiddleOfAnAnswerGetsExactlyTheRest() {
    SessionClient ann = ann();
    String session = ann.create(SLOW);
    ann.ask(session, "q1", words(60));
    for (int i = 0; i < 5; i++) {
      ann.await(ChatResponse.Type.CHUNK);
    }
    List<ChatResponse> seen = new ArrayList<>(ann.placed());
    ann.disconnect();

    SessionClient again = ann();
    again.watch(session, seen.getLast().getSequence());
    again.await(ChatResponse.Type.WATCHING);
    again.awaitEnd();
    seen.addAll(again.placed());
    assertGapless(seen);
    assertThat(SessionClient.text(seen))
        .isEqualTo(again.transcript(session).getTurns(0).getAnswer().getText());

    SessionClient late = ann();
    late.watch(session, seen.get(4).getSequence());
    late.awaitEnd();
    assertThat(late.placed()).as("after its end too").isEqualTo(seen.subList(5, seen.size()));
  }

  @Test
  void anAnswerGoesOnWithoutItsClient() {
    SessionClient ann = ann();
    String session = ann.create(SLOW);
    ann.ask(session, "q1", words(10));
    ann.await(ChatResponse.Type.CHUNK);
    ann.disconnect();
    SessionClient again = ann();
    again.watch(session, 0);
    assertThat(again.awaitEnd().getAnswer().getOutcome()).isEqualTo(Outcome.OUTCOME_COMPLETE);
  }

  @Test
  void whoHasNothingMoreToSayGetsAllAnswersBeforeTheEnd() {
    SessionClient ann = ann();
    String session = ann.create(SLOW);
    SessionClient watcher = ann();
    watcher.watch(session, 0);
    ann.ask(session, "q1", words(5));
    ann.ask(session, "q2", words(5));
    ann.halfClose();
    assertThat(ann.end()).isEqualTo(Status.OK);
    List<ChatResponse> placed = ann.placed();
    assertThat(placed.stream().filter(SessionClient::isEnd)).hasSize(2);
    assertGapless(placed);
    GetTranscriptResponse transcript = ann.transcript(session);
    assertThat(SessionClient.text(placed))
        .isEqualTo(
            transcript.getTurns(0).getAnswer().getText()
                + transcript.getTurns(1).getAnswer().getText());

    SessionClient other = ann();
    other.ask(session, "q3", words(1_000));
    watcher.await(ChatResponse.Type.CHUNK);
    watcher.halfClose();
    assertThat(watcher.end()).as("it has only watched").isEqualTo(Status.OK);
    assertThat(other.all()).noneMatch(SessionClient::isEnd);
    other.halfClose();
    server.stop();
    assertThat(other.end()).as("it does not hold up the server's end").isNotNull();
  }

  @Test
  void allWatchersSeeTheSame() {
    SessionClient ann = ann();
    String session = ann.create(SLOW);
    SessionClient other = ann();
    other.watch(session, 0);
    other.await(ChatResponse.Type.WATCHING);
    ann.ask(session, "q1", words(30));
    ann.await(ChatResponse.Type.CHUNK);
    SessionClient late = ann();
    late.send(ChatRequest.newBuilder().setType(ChatRequest.Type.WATCH).setSessionId(session));
    ann.awaitEnd();
    other.awaitEnd();
    late.awaitEnd();
    List<ChatResponse> placed = ann.placed();
    assertThat(other.placed()).endsWith(placed.toArray(ChatResponse[]::new));
    assertThat(late.placed())
        .as("from the beginning of the answer")
        .isEqualTo(placed.subList(1, placed.size()));
  }

  @Test
  void whoDoesNotReadHoldsUpNobodyAndGetsAllOfItLater() {
    SessionClient ann = ann();
    String session = ann.create("");
    SessionClient slow = SessionClient.slow(server.connect(1_024), "ann");
    slow.watch(session, 0);
    for (int i = 0; i < 20; i++) {
      ann.ask(session, "q" + i, words(500));
      ann.awaitEnd();
    }
    slow.take(1_000_000);
    for (int i = 0; i < 20; i++) {
      slow.awaitEnd();
    }
    assertThat(slow.placed()).endsWith(ann.placed().toArray(ChatResponse[]::new));
  }

  @Test
  void stoppingKeepsWhatHasComeAndTheNextMessageIsAnswered() {
    SessionClient ann = ann();
    String session = ann.create(SLOW);
    ann.ask(session, "q1", words(1_000));
    ann.await(ChatResponse.Type.CHUNK);
    ann.send(
        ChatRequest.newBuilder()
            .setType(ChatRequest.Type.STOP)
            .setSessionId(session)
            .setId("stop"));
    ChatResponse end = ann.awaitEnd();
    assertThat(end.getType()).isEqualTo(ChatResponse.Type.RESPONSE_COMPLETE);
    assertThat(end.getAnswer().getOutcome()).isEqualTo(Outcome.OUTCOME_STOPPED);
    String told = SessionClient.text(ann.placed());
    ann.ask(session, "q2", "go on");
    ann.awaitEnd();
    GetTranscriptResponse transcript = ann.transcript(session);
    assertThat(transcript.getTurns(0).getAnswer().getText()).isEqualTo(told).isNotEmpty();
    assertThat(transcript.getTurns(1).getAnswer().getText()).contains("has 3 turns");
    assertThat(transcript.getMarkdown()).contains("## User\n\ngo on\n", "*stopped*");
  }

  @Test
  void aMessageSentTwiceIsAskedOnce() {
    SessionClient ann = ann();
    String session = ann.create("");
    ann.ask(session, "q1", "hello");
    long sequence = ann.await(ChatResponse.Type.ACK).getSequence();
    SessionClient again = ann();
    again.ask(session, "q1", "hello");
    ChatResponse ack = again.await(ChatResponse.Type.ACK);
    assertThat(ack.getSequence()).isEqualTo(sequence);
    assertThat(ack.getDuplicate()).isTrue();
    assertThat(again.transcript(session).getTurnsCount()).isEqualTo(1);
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

  @Test
  void aModelThatCannotBeAskedIsToldAndTheSessionGoesOn() {
    SessionClient ann = ann();
    String session = ann.create("dead/model");
    ann.ask(session, "q1", "hello");
    ChatResponse error = ann.awaitEnd();
    assertThat(error.getType()).isEqualTo(ChatResponse.Type.ERROR);
    assertThat(error.getErrorMessage()).isNotEmpty();
    assertThat(error.getAnswer().getOutcome()).isEqualTo(Outcome.OUTCOME_FAILED);
    assertThat(error.getAnswer().getReason()).isEqualTo("UNREACHABLE");
    var _ =
        ann.calls.updateSession(
            UpdateSessionRequest.newBuilder()
                .setSessionId(session)
                .setModelId("simulated")
                .build());
    ann.ask(session, "q2", "again");
    assertThat(ann.awaitEnd().getType()).isEqualTo(ChatResponse.Type.RESPONSE_COMPLETE);
    assertThat(ann.transcript(session).getTurns(1).getAnswer().getText())
        .startsWith("You said: hello again");
  }

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

  private static SessionInfoResponse info(SessionClient client, String session) {
    return client.calls.getSessionInfo(
        SessionInfoRequest.newBuilder().setSessionId(session).build());
  }

  /// Waits until models were asked so often.
  private static void awaitAsked(SessionClient client, int times) throws Exception {
    while (client.calls.getServerStats(ServerStatsRequest.getDefaultInstance()).getTotalRequests()
        < times) {
      Thread.sleep(5);
    }
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
  void aPlaceThatIsNoneOfTheSessionIsToldAsVoid() {
    SessionClient ann = ann();
    String session = ann.create("");
    ann.watch(session, 1_000);
    ChatResponse watching = ann.await(ChatResponse.Type.WATCHING);
    assertThat(watching.getReset()).isTrue();
    assertThat(watching.getSequence()).isEqualTo(1);
  }

  @Test
  void whatIsNoRequestIsRefusedAndTheStreamGoesOn() {
    SessionClient ann = ann();
    String session = ann.create("");
    ann.ask(session, "empty", "");
    assertThat(ann.await(ChatResponse.Type.ERROR).getReason()).isEqualTo("INVALID_REQUEST");
    ann.ask("", "nowhere", "hello");
    assertThat(ann.await(ChatResponse.Type.ERROR).getRequestId()).isEqualTo("nowhere");
    ann.send(ChatRequest.newBuilder().setTypeValue(99).setSessionId(session));
    assertThat(ann.await(ChatResponse.Type.ERROR).getErrorMessage()).startsWith("type: 99");
    ann.ask(session, "q1", "hello");
    assertThat(ann.awaitEnd().getType()).isEqualTo(ChatResponse.Type.RESPONSE_COMPLETE);
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

  private static ChatRequest.Builder request(ChatRequest.Type type, String session, String id) {
    return ChatRequest.newBuilder().setType(type).setSessionId(session).setId(id);
  }

  @Test
  void theNewestTurnIsAnsweredAgainByTheModelOfNow() {
    SessionClient ann = ann();
    String session = ann.create("dead/model");
    ann.ask(session, "q1", "hello");
    long turn = ann.awaitEnd().getAnswer().getTurnSequence();
    var _ =
        ann.calls.updateSession(
            UpdateSessionRequest.newBuilder()
                .setSessionId(session)
                .setModelId("simulated")
                .build());
    ann.send(request(ChatRequest.Type.REGENERATE, session, "a1"));
    ChatResponse again = ann.await(ChatResponse.Type.REGENERATING);
    assertThat(again.getTurnSequence()).isEqualTo(turn);
    assertThat(again.getMessageId()).isEqualTo("a1");
    ChatResponse end = ann.awaitEnd();
    assertThat(end.getType()).isEqualTo(ChatResponse.Type.RESPONSE_COMPLETE);
    assertThat(end.getAnswer().getTurnSequence()).isEqualTo(turn);
    assertThat(end.getContextMessages()).as("question and answer").isEqualTo(2);
    assertGapless(ann.placed());

    ann.send(request(ChatRequest.Type.REGENERATE, session, "a1"));
    ann.await(response -> response.getType() == ChatResponse.Type.ACK && response.getDuplicate());
    GetTranscriptResponse transcript = ann.transcript(session);
    assertThat(transcript.getTurnsCount()).isEqualTo(1);
    assertThat(transcript.getTurns(0).getAnswers()).isEqualTo(2);
    assertThat(transcript.getTurns(0).getAnswer().getText()).startsWith("You said: hello");
    assertThat(transcript.getTurns(0).getAnswer().getModel()).isEqualTo("simulated/simulated");

    ann.ask(session, "q2", "next");
    ann.awaitEnd();
    ann.send(request(ChatRequest.Type.REGENERATE, session, "a2").setTurnSequence(turn));
    ChatResponse refused = ann.await(ChatResponse.Type.ERROR);
    assertThat(refused.getRequestId()).isEqualTo("a2");
    assertThat(refused.getErrorMessage()).contains("fork");
  }

  @Test
  void aTurnAnsweredManyTimesIsOneTurnOfTheTranscriptAndOfTheContext() {
    SessionClient ann = ann();
    String session = ann.create("");
    ann.ask(session, "q1", "first");
    ann.awaitEnd();
    ann.ask(session, "q2", "second");
    ann.awaitEnd();
    for (int i = 0; i < 60; i++) {
      ann.send(request(ChatRequest.Type.REGENERATE, session, "a" + i));
      assertThat(ann.awaitEnd().getContextMessages()).isEqualTo(4);
    }
    ann.ask(session, "q3", "third");
    assertThat(ann.awaitEnd().getContextMessages()).isEqualTo(6);
    GetTranscriptRequest.Builder request =
        GetTranscriptRequest.newBuilder().setSessionId(session).setPageSize(2);
    GetTranscriptResponse page = ann.calls.getTranscript(request.build());
    assertThat(page.getTurnsList()).extracting(Turn::getText).containsExactly("first", "second");
    assertThat(page.getTurns(1).getAnswers()).isEqualTo(61);
    page =
        ann.calls.getTranscript(
            request.setAfterSequence(page.getNextAfterSequence()).setJson(true).build());
    assertThat(page.getTurnsList()).extracting(Turn::getText).containsExactly("third");
    assertThat(page.getNextAfterSequence()).isZero();
    assertThat(page.getJson())
        .startsWith("{\"sequence\":" + page.getTurns(0).getSequence())
        .contains(
            "\"user\":\"third\",\"model\":\"simulated/simulated\",\"answer\":\"You said: third")
        .contains("\"outcome\":\"complete\"")
        .endsWith("}\n");
  }

  @Test
  void whoStopsNothingDoesNotStopTheNextTurn() {
    SessionClient ann = ann();
    String session = ann.create("");
    ann.send(request(ChatRequest.Type.STOP, session, "early"));
    assertThat(ann.await(ChatResponse.Type.ACK).getSequence()).isZero();
    ann.ask(session, "q1", "hello");
    ann.send(request(ChatRequest.Type.STOP, session, "other").setTurnSequence(1_000));
    assertThat(ann.awaitEnd().getAnswer().getOutcome()).isEqualTo(Outcome.OUTCOME_COMPLETE);
  }

  @Test
  void aMessageThatWaitsIsStoppedByItsTurnAndTheAnswerUnderWayGoesOn() {
    SessionClient ann = ann();
    String session = ann.create(SLOW);
    ann.ask(session, "q1", words(20));
    ann.await(ChatResponse.Type.CHUNK);
    ann.ask(session, "q2", "never mind");
    ChatResponse waiting =
        ann.await(
            response ->
                response.getType() == ChatResponse.Type.ACK
                    && response.getRequestId().equals("q2"));
    ann.send(request(ChatRequest.Type.STOP, session, "s").setTurnSequence(waiting.getSequence()));
    ChatResponse stopped = ann.awaitEnd();
    assertThat(stopped.getAnswer().getTurnSequence()).isEqualTo(waiting.getSequence());
    assertThat(stopped.getAnswer().getOutcome()).isEqualTo(Outcome.OUTCOME_STOPPED);
    assertThat(ann.awaitEnd().getAnswer().getOutcome()).isEqualTo(Outcome.OUTCOME_COMPLETE);
    assertThat(ann.transcript(session).getTurnsCount()).isEqualTo(2);
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
  void aModelIsShownNoMoreThanItsLimit() {
    SessionClient ann = ann();
    String session = ann.create("small");
    for (int i = 0; i < 6; i++) {
      ann.ask(session, "q" + i, words(20));
      assertThat(ann.await(ChatResponse.Type.STATUS).getContextMessages())
          .isEqualTo(Math.min(2 * i + 1, 7));
      ann.awaitEnd();
    }
    ann.ask(session, "long", words(1_000));
    assertThat(ann.await(ChatResponse.Type.STATUS).getContextMessages()).isEqualTo(1);
    ann.awaitEnd();
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
  void typingIsToldToThoseWhoWatch() {
    SessionClient ann = ann();
    String session = ann.create("");
    SessionClient other = ann();
    other.watch(session, 0);
    other.await(ChatResponse.Type.WATCHING);
    ann.send(ChatRequest.newBuilder().setType(ChatRequest.Type.TYPING_START).setSessionId(session));
    assertThat(other.await(ChatResponse.Type.TYPING).getSessionId()).isEqualTo(session);
    ann.send(ChatRequest.newBuilder().setType(ChatRequest.Type.TYPING_STOP).setSessionId(session));
    other.await(ChatResponse.Type.TYPING_STOPPED);
  }

  @Test
  void whoAsksAgainWhatWasAnsweredMeanwhileIsToldTheAnswer() {
    SessionClient ann = ann();
    String session = ann.create("");
    ann.ask(session, "q1", words(5));
    ann.awaitEnd();
    ann.ask(session, "q2", words(7));
    ann.awaitEnd();
    SessionClient again = ann();
    again.ask(session, "q1", words(5));
    again.await(response -> response.getType() == ChatResponse.Type.ACK && response.getDuplicate());
    again.awaitEnd();
    again.awaitEnd();
    assertThat(SessionClient.sequences(again.placed()))
        .isEqualTo(SessionClient.sequences(ann.placed()));
  }

  @Test
  void whoWantsAnotherAnswerIsNotToldTheOldOne() {
    SessionClient ann = ann();
    String session = ann.create("");
    ann.ask(session, "q1", words(5));
    ChatResponse first = ann.awaitEnd();
    SessionClient other = ann();
    other.send(
        ChatRequest.newBuilder()
            .setType(ChatRequest.Type.REGENERATE)
            .setSessionId(session)
            .setId("r1"));
    ChatResponse second = other.awaitEnd();
    assertThat(second.getSequence()).isGreaterThan(first.getSequence());
    assertThat(SessionClient.sequences(other.placed()))
        .allMatch(sequence -> sequence > first.getSequence());
  }

  @Test
  void whoLeavesWhileHeEntersIsOutAndMayComeAgain() {
    SessionClient ann = ann();
    String session = ann.create("");
    ann.watch(session, 0);
    ann.send(
        ChatRequest.newBuilder()
            .setType(ChatRequest.Type.UNWATCH)
            .setSessionId(session)
            .setId("u1"));
    ann.ask(session, "q1", words(5));
    ann.awaitEnd();
    assertThat(SessionClient.text(ann.placed())).startsWith("You said: word");
    ann.send(
        ChatRequest.newBuilder()
            .setType(ChatRequest.Type.UNWATCH)
            .setSessionId(session)
            .setId("u2"));
    ann.await(response -> response.getRequestId().equals("u2"));
    SessionClient other = ann();
    other.ask(session, "q2", words(5));
    other.awaitEnd();
    ann.watch(session, 0);
    ann.send(
        ChatRequest.newBuilder()
            .setType(ChatRequest.Type.UNWATCH)
            .setSessionId(session)
            .setId("u3"));
    ann.await(response -> response.getRequestId().equals("u3"));
    int before = ann.placed().size();
    other.ask(session, "q3", words(5));
    other.awaitEnd();
    ann.send(ChatRequest.newBuilder().setType(ChatRequest.Type.PING).setId("p"));
    ann.await(ChatResponse.Type.PONG);
    assertThat(ann.placed()).hasSize(before);
  }

  @Test
  void whoAsksAndLeavesAtOnceIsAcknowledgedAndToldNoMore() {
    SessionClient ann = ann();
    String session = ann.create("");
    ann.ask(session, "q1", words(5));
    ann.send(
        ChatRequest.newBuilder()
            .setType(ChatRequest.Type.UNWATCH)
            .setSessionId(session)
            .setId("u1"));
    ann.await(
        response ->
            response.getType() == ChatResponse.Type.ACK && response.getRequestId().equals("q1"));
    SessionClient other = ann();
    other.watch(session, 0);
    other.awaitEnd();
    ann.send(ChatRequest.newBuilder().setType(ChatRequest.Type.PING).setId("p"));
    ann.await(ChatResponse.Type.PONG);
    List<ChatResponse> told = ann.all();
    assertThat(told)
        .filteredOn(response -> response.getType() == ChatResponse.Type.ACK)
        .extracting(ChatResponse::getRequestId)
        .containsExactlyInAnyOrder("q1", "u1");
    List<ChatResponse> sinceLeft =
        told.stream().dropWhile(response -> !response.getRequestId().equals("u1")).toList();
    assertThat(types(sinceLeft))
        .as("once it left: its acknowledgements, and nothing of the session")
        .containsOnly(ChatResponse.Type.ACK, ChatResponse.Type.PONG);
  }

  @Test
  void anAnswerThatComesFasterThanItIsStoredIsWhole() {
    SessionClient ann = ann();
    String session = ann.create("");
    ann.ask(session, "q1", words(12_000));
    ann.awaitEnd();
    String text = ann.transcript(session).getTurns(0).getAnswer().getText();
    assertThat(text).startsWith("You said: word").hasSizeGreaterThan(5 * 12_000);
    assertThat(SessionClient.text(ann.placed())).isEqualTo(text);
  }
}
