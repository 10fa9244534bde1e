package dev.parley.server.session;

import dev.parley.assistant.v1.Answer;
import dev.parley.assistant.v1.GetTranscriptResponse;
import dev.parley.assistant.v1.Outcome;
import dev.parley.assistant.v1.Session;
import dev.parley.assistant.v1.Turn;
import dev.parley.core.session.Exchange;
import java.util.Locale;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// What was said in a session as it is told. Pure.
final class Transcripts {
  private static final JsonMapper MAPPER = JsonMapper.shared();

  private Transcripts() {}

  /// In which forms a transcript is wanted, beside its turns.
  record Wanted(boolean markdown, boolean json) {}

  /// A page of a transcript.
  ///
  /// @param atWork whether somebody works at the session; if not, what seems to be under way was
  ///     interrupted
  static GetTranscriptResponse of(Sessions.Page page, long epoch, Wanted wanted, boolean atWork) {
    Session session = SessionMapping.session(page.stand().state(), atWork);
    GetTranscriptResponse.Builder response =
        GetTranscriptResponse.newBuilder()
            .setNextAfterSequence(page.next())
            .setLastSequence(page.stand().lastSequence())
            .setEpoch(epoch);
    StringBuilder markdown = new StringBuilder();
    StringBuilder json = new StringBuilder();
    for (Exchange exchange : page.exchanges()) {
      Turn turn = turn(exchange, session);
      response.addTurns(turn);
      if (wanted.markdown()) {
        markdown(turn, markdown);
      }
      if (wanted.json()) {
        json.append(json(turn)).append('\n');
      }
    }
    return response
        .setSession(session)
        .setMarkdown(markdown.toString())
        .setJson(json.toString())
        .build();
  }

  private static Turn turn(Exchange exchange, Session session) {
    Turn.Builder turn =
        Turn.newBuilder()
            .setSequence(exchange.sequence())
            .setText(exchange.question())
            .setAt(SessionMapping.timestamp(exchange.at()))
            .setAnswers(exchange.answers());
    if (session.hasAnswer() && session.getAnswer().getTurnSequence() == exchange.sequence()) {
      turn.setAnswer(session.getAnswer()).setAnswers(exchange.answers() + 1);
    } else if (exchange.answer() != null) {
      turn.setAnswer(SessionMapping.answer(exchange.answer()));
    }
    return turn.build();
  }

  private static void markdown(Turn turn, StringBuilder text) {
    text.append("## User\n\n").append(turn.getText().strip()).append("\n\n");
    if (turn.hasAnswer()) {
      Answer answer = turn.getAnswer();
      text.append("## ").append(answer.getModel()).append("\n\n");
      if (!answer.getText().isBlank()) {
        text.append(answer.getText().strip()).append("\n\n");
      }
      if (answer.getOutcome() != Outcome.OUTCOME_COMPLETE) {
        text.append("*").append(word(answer.getOutcome())).append("*\n\n");
      }
    }
  }

  private static String json(Turn turn) {
    ObjectNode node =
        MAPPER
            .createObjectNode()
            .put("sequence", turn.getSequence())
            .put("at", SessionMapping.instant(turn.getAt()).toString())
            .put("user", turn.getText());
    if (turn.hasAnswer()) {
      Answer answer = turn.getAnswer();
      node.put("model", answer.getModel())
          .put("answer", answer.getText())
          .put("outcome", word(answer.getOutcome()));
      if (answer.hasTook()) {
        putKnown(node, "input_tokens", answer.getInputTokens());
        putKnown(node, "output_tokens", answer.getOutputTokens());
        putKnown(node, "cost_nanos", answer.getCostNanos());
      }
    }
    return MAPPER.writeValueAsString(node);
  }

  private static void putKnown(ObjectNode node, String name, long value) {
    if (value >= 0) {
      node.put(name, value);
    }
  }

  private static String word(Outcome outcome) {
    return outcome == Outcome.OUTCOME_UNKNOWN
        ? "under way"
        : outcome.name().substring("OUTCOME_".length()).toLowerCase(Locale.ROOT);
  }
}
