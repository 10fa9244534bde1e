package dev.parley.cli.model;

import com.google.protobuf.util.Durations;
import dev.parley.cli.command.AtSignal;
import dev.parley.cli.command.CommandFailure;
import dev.parley.cli.command.ExitCode;
import dev.parley.cli.command.Failures;
import dev.parley.cli.command.Streams;
import dev.parley.cli.output.JsonLines;
import dev.parley.client.AnswerStream;
import dev.parley.client.ParleyException;
import dev.parley.model.v1.ChatResponse;
import dev.parley.model.v1.Finished;
import dev.parley.model.v1.ModelError;
import dev.parley.model.v1.StopReason;
import dev.parley.model.v1.Usage;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// Prints one answer of a model as it comes. Used once.
final class AnswerPrinter {
  private static final double NANOS = 1e9;
  private static final String ASK_AGAIN = "The server keeps nothing of it: ask again.";

  private final Streams streams;
  private final boolean json;
  private final String note;

  /// Whether the cursor is within a line of the answer.
  private final AtomicBoolean open = new AtomicBoolean();

  private boolean begun;
  private boolean said;

  /// @param json whether each piece is printed as JSON
  /// @param note said as soon as somebody answers; empty: nothing is
  AnswerPrinter(Streams streams, boolean json, String note) {
    this.streams = streams;
    this.json = json;
    this.note = note;
  }

  /// Prints the answer to its end.
  ///
  /// @return one of [ExitCode]
  /// @throws CommandFailure if the model fails, or the answer breaks off
  /// @throws ParleyException if nobody answers
  int print(AnswerStream answer) throws InterruptedException {
    try (AtSignal _ = AtSignal.run(this::endLine)) {
      for (ChatResponse piece = next(answer); piece != null; piece = next(answer)) {
        print(piece);
        if (streams.out().checkError()) {
          return ExitCode.FAILED; // nobody reads any more
        }
      }
      return ExitCode.OK;
    } finally {
      endLine();
    }
  }

  private @Nullable ChatResponse next(AnswerStream answer) throws InterruptedException {
    try {
      ChatResponse piece = answer.next();
      if (!begun && !note.isEmpty()) {
        streams.err().println(note);
        streams.err().flush();
      }
      begun = true;
      return piece;
    } catch (ParleyException broken) {
      throw begun ? incomplete(broken) : broken;
    }
  }

  private void print(ChatResponse piece) {
    String text = piece.getText() + piece.getRefusal();
    said |= !text.isEmpty();
    if (json) {
      streams.out().println(JsonLines.of(piece));
    } else if (!text.isEmpty()) {
      streams.out().print(text);
      open.set(!text.endsWith("\n"));
    }
    streams.out().flush();
    if (piece.hasError()) {
      throw CommandFailure.failed(words(piece.getError()));
    }
    if (piece.hasFinished() && !json) {
      finished(piece.getFinished());
    }
  }

  private void finished(Finished finished) {
    endLine();
    if (!said) {
      streams
          .err()
          .println(
              "the model answered without any text (stop reason %s)".formatted(reason(finished)));
    }
    boolean explained = !said || finished.getReason() == StopReason.STOP_REASON_STOP;
    if (streams.tty().error() || !explained) {
      streams.err().println(words(finished));
    }
    streams.err().flush();
  }

  private void endLine() {
    if (open.getAndSet(false)) {
      streams.out().println();
      streams.out().flush();
    }
  }

  private static CommandFailure incomplete(ParleyException broken) {
    String next = broken.advice().isEmpty() ? ASK_AGAIN : broken.advice();
    String words = "the answer is incomplete: %s\n%s".formatted(Failures.shortly(broken), next);
    return Failures.exitCode(broken) == ExitCode.NO_ANSWER
        ? CommandFailure.noAnswer(words)
        : CommandFailure.failed(words);
  }

  private String words(ModelError error) {
    String who = error.getRoute().isEmpty() ? "" : error.getRoute() + ": ";
    String incomplete = said ? "\nThe answer is incomplete. " + ASK_AGAIN : "";
    String again =
        error.hasRetryAfter()
            ? "\n" + Failures.again(Duration.ofNanos(Durations.toNanos(error.getRetryAfter())))
            : "";
    return who + error.getMessage() + incomplete + again;
  }

  private static String words(Finished finished) {
    Usage usage = finished.getUsage();
    String tokens =
        usage.hasInputTokens() && usage.hasOutputTokens()
            ? "%d tokens in, %d out, ".formatted(usage.getInputTokens(), usage.getOutputTokens())
            : "";
    double first = Durations.toNanos(finished.getTimeToFirstToken()) / NANOS;
    String why =
        finished.getReason() == StopReason.STOP_REASON_STOP ? "" : ", ended by " + reason(finished);
    return "(%sfirst after %.2f s%s)".formatted(tokens, first, why);
  }

  private static String reason(Finished finished) {
    return finished.getReason().name().substring("STOP_REASON_".length());
  }
}
