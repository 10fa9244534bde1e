package dev.parley.server.session;

import dev.parley.assistant.v1.Answer;
import dev.parley.assistant.v1.GetTranscriptResponse;
import dev.parley.assistant.v1.Outcome;
import dev.parley.assistant.v1.Session;
import dev.parley.assistant.v1.Turn;
import dev.parley.core.session.Exchange;
import java.util.Locale;

/// What was said in a session as it is told. Pure.
final class Transcripts {
  private Transcripts() {}

  /// A page of a transcript.
  ///
  /// @param markdown whether it is wanted as text too
  /// @param atWork whether somebody works at the session; if not, what seems to be under way was
  ///     interrupted
  static GetTranscriptResponse of(
      Sessions.Page page, long epoch, boolean markdown, boolean atWork) {
    Session.Builder session = SessionMapping.session(page.stand().state()).toBuilder();
    if (session.hasAnswer() && !atWork) {
      session.getAnswerBuilder().setOutcome(Outcome.OUTCOME_INTERRUPTED);
    }
    GetTranscriptResponse.Builder response =
        GetTranscriptResponse.newBuilder()
            .setNextAfterSequence(page.next())
            .setLastSequence(page.stand().lastSequence())
            .setEpoch(epoch);
    for (Exchange exchange : page.exchanges()) {
      response.addTurns(turn(exchange, session));
    }
    response.setSession(session);
    return markdown ? response.setMarkdown(markdown(response)).build() : response.build();
  }

  private static Turn turn(Exchange exchange, Session.Builder session) {
    Turn.Builder turn =
        Turn.newBuilder()
            .setSequence(exchange.sequence())
            .setText(exchange.question())
            .setAt(SessionMapping.timestamp(exchange.at()));
    if (exchange.answer() != null) {
      turn.setAnswer(SessionMapping.answer(exchange.answer()));
    } else if (session.hasAnswer()
        && session.getAnswer().getTurnSequence() == exchange.sequence()) {
      turn.setAnswer(session.getAnswer());
    }
    return turn.build();
  }

  private static String markdown(GetTranscriptResponse.Builder page) {
    StringBuilder text = new StringBuilder();
    for (Turn turn : page.getTurnsList()) {
      text.append("## User\n\n").append(turn.getText().strip()).append("\n\n");
      if (turn.hasAnswer()) {
        Answer answer = turn.getAnswer();
        text.append("## ").append(answer.getModel()).append("\n\n");
        if (!answer.getText().isBlank()) {
          text.append(answer.getText().strip()).append("\n\n");
        }
        if (answer.getOutcome() != Outcome.OUTCOME_COMPLETE) {
          text.append("*").append(mark(answer.getOutcome())).append("*\n\n");
        }
      }
    }
    return text.toString();
  }

  private static String mark(Outcome outcome) {
    return outcome == Outcome.OUTCOME_UNKNOWN
        ? "under way"
        : outcome.name().substring("OUTCOME_".length()).toLowerCase(Locale.ROOT);
  }
}
