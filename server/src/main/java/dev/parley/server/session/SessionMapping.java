package dev.parley.server.session;

import com.google.protobuf.Timestamp;
import dev.parley.assistant.v1.Outcome;
import dev.parley.assistant.v1.Session;
import dev.parley.core.model.ModelEvent.Usage;
import dev.parley.core.session.Answer;
import dev.parley.core.session.GrowingText;
import dev.parley.core.session.SessionState;
import dev.parley.core.session.SessionState.Existence;
import dev.parley.server.rpc.Refusals;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/// Values of the protocol and values of `core.session`, one into the other. Pure.
final class SessionMapping {
  private SessionMapping() {}

  static Instant instant(long micros) {
    return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
  }

  static Timestamp timestamp(Instant instant) {
    return Timestamp.newBuilder()
        .setSeconds(instant.getEpochSecond())
        .setNanos(instant.getNano())
        .build();
  }

  static Instant instant(Timestamp timestamp) {
    return Instant.ofEpochSecond(timestamp.getSeconds(), timestamp.getNanos());
  }

  private static Duration duration(com.google.protobuf.Duration duration) {
    return Duration.ofSeconds(duration.getSeconds(), duration.getNanos());
  }

  /// What a session is, without what happened in it.
  static Session.Builder about(String id, SessionState.About about) {
    return Session.newBuilder()
        .setId(id)
        .setOwnerId(about.owner())
        .setTitle(about.title())
        .setModel(about.model())
        .setSystemPrompt(about.systemPrompt())
        .setCreatedAt(timestamp(about.createdAt()));
  }

  static SessionState.About about(Session session) {
    return new SessionState.About(
        session.getOwnerId(),
        session.getTitle(),
        session.getModel(),
        session.getSystemPrompt(),
        instant(session.getCreatedAt()));
  }

  /// A session as it is told.
  ///
  /// @param atWork whether somebody works at it; if not, what seems to be under way was interrupted
  static Session session(SessionState state, boolean atWork) {
    Session session = session(state);
    if (atWork || !session.hasAnswer()) {
      return session;
    }
    Session.Builder left = session.toBuilder();
    left.getAnswerBuilder().setOutcome(Outcome.OUTCOME_INTERRUPTED);
    return left.build();
  }

  static Session session(SessionState state) {
    Session.Builder session =
        about(state.id(), state.about())
            .setUserMessages(state.totals().userMessages())
            .setModelMessages(state.totals().modelMessages())
            .setInputTokens(state.totals().inputTokens())
            .setOutputTokens(state.totals().outputTokens())
            .setCostNanos(state.totals().costNanos())
            .addAllQueuedTurns(state.queue())
            .setLastTurnSequence(state.lastTurn())
            .setDeleted(state.status() == Existence.DELETED);
    Answer answer = state.answer();
    if (answer != null) {
      session.setAnswer(answer(answer));
    }
    return session.build();
  }

  static SessionState session(Session session) {
    return new SessionState(
        session.getId(),
        session.getDeleted() ? Existence.DELETED : Existence.NOW,
        about(session),
        new SessionState.Totals(
            session.getUserMessages(),
            session.getModelMessages(),
            session.getInputTokens(),
            session.getOutputTokens(),
            session.getCostNanos()),
        session.getQueuedTurnsList(),
        session.hasAnswer() ? answer(session.getAnswer()) : null,
        session.getLastTurnSequence());
  }

  static dev.parley.assistant.v1.Answer answer(Answer answer) {
    dev.parley.assistant.v1.Answer.Builder built =
        dev.parley.assistant.v1.Answer.newBuilder()
            .setSequence(answer.sequence())
            .setTurnSequence(answer.turn())
            .setModel(answer.model())
            .setContextMessages(answer.contextMessages())
            .setBeganAt(timestamp(answer.beganAt()))
            .setStarted(answer.started())
            .setChunks(answer.chunks())
            .setText(answer.text().toString());
    Duration firstChunkAfter = answer.firstChunkAfter();
    if (firstChunkAfter != null) {
      built.setFirstChunkAfter(Refusals.duration(firstChunkAfter));
    }
    Answer.End end = answer.end();
    if (end != null) {
      built
          .setOutcome(outcome(end.outcome()))
          .setTook(Refusals.duration(end.took()))
          .setInputTokens(end.usage().input())
          .setOutputTokens(end.usage().output())
          .setCostNanos(end.costNanos())
          .setReason(end.reason())
          .setError(end.error());
    }
    return built.build();
  }

  static Answer answer(dev.parley.assistant.v1.Answer answer) {
    return new Answer(
        answer.getSequence(),
        answer.getTurnSequence(),
        answer.getModel(),
        answer.getContextMessages(),
        instant(answer.getBeganAt()),
        answer.getStarted(),
        answer.getChunks(),
        GrowingText.of(answer.getText()),
        answer.hasFirstChunkAfter() ? duration(answer.getFirstChunkAfter()) : null,
        switch (answer.getOutcome()) {
          case OUTCOME_COMPLETE -> end(answer, Answer.Outcome.COMPLETE);
          case OUTCOME_STOPPED -> end(answer, Answer.Outcome.STOPPED);
          case OUTCOME_INTERRUPTED -> end(answer, Answer.Outcome.INTERRUPTED);
          case OUTCOME_FAILED -> end(answer, Answer.Outcome.FAILED);
          case OUTCOME_UNKNOWN, UNRECOGNIZED -> null;
        });
  }

  private static Answer.End end(dev.parley.assistant.v1.Answer answer, Answer.Outcome outcome) {
    return new Answer.End(
        outcome,
        duration(answer.getTook()),
        new Usage(answer.getInputTokens(), answer.getOutputTokens(), -1, -1),
        answer.getCostNanos(),
        answer.getReason(),
        answer.getError());
  }

  private static Outcome outcome(Answer.Outcome outcome) {
    return switch (outcome) {
      case COMPLETE -> Outcome.OUTCOME_COMPLETE;
      case STOPPED -> Outcome.OUTCOME_STOPPED;
      case INTERRUPTED -> Outcome.OUTCOME_INTERRUPTED;
      case FAILED -> Outcome.OUTCOME_FAILED;
    };
  }
}
