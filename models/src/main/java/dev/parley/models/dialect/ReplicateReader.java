package dev.parley.models.dialect;

import dev.parley.core.model.ModelEvent;
import dev.parley.core.model.ModelEvent.StopReason;
import dev.parley.core.model.ModelEvent.Usage;
import dev.parley.core.model.ModelException;
import dev.parley.core.model.ModelException.Kind;
import dev.parley.models.sse.ServerSentEvent;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;

/// Reads the stream of one prediction of Replicate. For one thread.
final class ReplicateReader implements AnswerReader {
  private boolean started;
  private boolean finished;

  @Override
  public void read(ServerSentEvent event, Consumer<ModelEvent> out) {
    if (finished) {
      return;
    }
    switch (event.name()) {
      case "output" -> {
        start(out);
        if (!event.data().isEmpty()) {
          out.accept(new ModelEvent.Text(event.data()));
        }
      }
      case "error" -> throw failed(detail(event.data()));
      case "done" -> done(event.data(), out);
      default -> {}
    }
  }

  /// The stream has no event of its own that says so.
  private void start(Consumer<ModelEvent> out) {
    if (!started) {
      started = true;
      out.accept(new ModelEvent.Started("", ""));
    }
  }

  private void done(String data, Consumer<ModelEvent> out) {
    JsonNode done = Json.parse(data, "end of a prediction");
    if (!done.isObject()) {
      throw Json.malformed(data, "end of a prediction");
    }
    String reason = Json.text(done, "reason");
    switch (reason) {
      case "canceled" -> throw new ModelException(Kind.CUT, "the prediction was cancelled");
      case "error" -> throw failed("it did not say why");
      default -> {
        start(out);
        finished = true;
        StopReason stop = reason.isEmpty() ? StopReason.STOP : StopReason.OTHER;
        out.accept(new ModelEvent.Finished(stop, reason, Usage.UNKNOWN));
      }
    }
  }

  /// Documented as JSON with a `detail`, but a model's own words come as they are.
  private static String detail(String data) {
    try {
      String detail = Json.told(Json.parse(data, "error"), "detail");
      return detail.isEmpty() ? data : detail;
    } catch (ModelException e) {
      return data;
    }
  }

  private static ModelException failed(String message) {
    return new ModelException(Kind.FAILED, "the prediction failed: " + message);
  }

  @Override
  public void end(Consumer<ModelEvent> out) {
    if (!finished) {
      throw new ModelException(Kind.CUT, "the stream ended without done");
    }
  }
}
