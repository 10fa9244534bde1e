package dev.parley.server.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.assistant.v1.ChatRequest;
import dev.parley.assistant.v1.ChatResponse;
import dev.parley.assistant.v1.GetTranscriptRequest;
import dev.parley.assistant.v1.GetTranscriptResponse;
import dev.parley.assistant.v1.Outcome;
import dev.parley.assistant.v1.Turn;
import dev.parley.assistant.v1.UpdateSessionRequest;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What is asked in a session is answered, whole and in order, once, or not if it is stopped.
class SessionAnswersTest extends SessionFixture {
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
