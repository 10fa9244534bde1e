package dev.parley.server.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.assistant.v1.ChatRequest;
import dev.parley.assistant.v1.ChatResponse;
import dev.parley.assistant.v1.GetTranscriptResponse;
import dev.parley.assistant.v1.Outcome;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Who watches a session sees all of it, from wherever and however late, until he leaves.
class SessionWatchersTest extends SessionFixture {
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
    ann.ask(session, "q1", words(1_000));
    ann.await(ChatResponse.Type.CHUNK);
    SessionClient late = ann();
    late.send(ChatRequest.newBuilder().setType(ChatRequest.Type.WATCH).setSessionId(session));
    late.await(ChatResponse.Type.CHUNK);
    ann.send(
        ChatRequest.newBuilder()
            .setType(ChatRequest.Type.STOP)
            .setSessionId(session)
            .setId("stop"));
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
  void aPlaceThatIsNoneOfTheSessionIsToldAsVoid() {
    SessionClient ann = ann();
    String session = ann.create("");
    ann.watch(session, 1_000);
    ChatResponse watching = ann.await(ChatResponse.Type.WATCHING);
    assertThat(watching.getReset()).isTrue();
    assertThat(watching.getSequence()).isEqualTo(1);
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
}
