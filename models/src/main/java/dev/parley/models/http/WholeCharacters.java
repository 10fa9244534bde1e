package dev.parley.models.http;

import dev.parley.core.model.ModelEvent;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Keeps characters whole. Providers that cut texts by UTF-16 may cut a character that takes two
/// units in its middle, and half of one cannot be told in UTF-8. So the first half waits for the
/// second, which is the next piece of the same text; where that does not come, U+FFFD is told. For
/// one thread at a time.
final class WholeCharacters {
  private static final String NO_CHARACTER = "\uFFFD";

  /// The piece of which the last unit waits, with nothing else in it; null: none.
  private @Nullable ModelEvent half;

  /// Passes an event on, as far as its characters are whole.
  void pass(ModelEvent event, Consumer<ModelEvent> out) {
    ModelEvent waiting = half;
    if (waiting == null && !endsInHalf(Pieces.text(event))) {
      out.accept(event);
      return;
    }
    half = null;
    ModelEvent all = event;
    if (waiting != null) {
      if (continues(event, waiting)) {
        all = Pieces.with(event, Pieces.text(waiting) + Pieces.text(event));
      } else {
        out.accept(Pieces.with(waiting, NO_CHARACTER));
      }
    }
    tell(all, out);
  }

  private void tell(ModelEvent event, Consumer<ModelEvent> out) {
    String text = Pieces.text(event);
    boolean last = event instanceof ModelEvent.Reasoning thought && thought.signature() != null;
    if (last || !endsInHalf(text)) {
      out.accept(event);
      return;
    }
    int whole = text.length() - 1;
    boolean named = event instanceof ModelEvent.ToolCall call && !call.id().isEmpty();
    if (whole > 0 || named) {
      out.accept(Pieces.with(event, text.substring(0, whole)));
    }
    half = Pieces.with(Pieces.nameless(event), text.substring(whole));
  }

  private static boolean endsInHalf(String text) {
    return !text.isEmpty() && Character.isHighSurrogate(text.charAt(text.length() - 1));
  }

  private static boolean continues(ModelEvent event, ModelEvent waiting) {
    String text = Pieces.text(event);
    if (text.isEmpty() || !Character.isLowSurrogate(text.charAt(0))) {
      return false;
    }
    if (event instanceof ModelEvent.ToolCall one && waiting instanceof ModelEvent.ToolCall other) {
      return one.index() == other.index();
    }
    return event.getClass() == waiting.getClass();
  }
}
