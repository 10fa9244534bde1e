package dev.parley.bench.gateway;

import dev.parley.bench.check.Faults;
import dev.parley.bench.provider.DeltaText;
import java.util.function.Consumer;

/// Whether one answer is what the provider said: each delta once, in order, and of this question.
/// Pieces may be cut anywhere, since a gateway may put deltas together. Owned by one thread.
final class AnswerCheck {
  private final String lane;
  private final int question;
  private final Faults faults;
  private final StringBuilder begun = new StringBuilder();
  private int next;
  private boolean garbled;

  /// @param lane the way that the answer takes, for words
  /// @param faults told what is wrong
  AnswerCheck(String lane, int question, Faults faults) {
    this.lane = lane;
    this.question = question;
    this.faults = faults;
  }

  /// More of the text.
  ///
  /// @param deltas told of each delta that is complete
  void text(String text, Consumer<DeltaText> deltas) {
    begun.append(text);
    int from = 0;
    for (; !garbled && begun.length() - from >= DeltaText.CHARS; from += DeltaText.CHARS) {
      read(begun.substring(from, from + DeltaText.CHARS), deltas);
    }
    begun.delete(0, from);
  }

  private void read(String text, Consumer<DeltaText> deltas) {
    DeltaText delta;
    try {
      delta = DeltaText.parse(text);
    } catch (IllegalArgumentException e) {
      garbled = true; // where the next one begins is anybody's guess
      wrong("text that the provider did not write: " + e.getMessage());
      return;
    }
    if (delta.question() != question) {
      wrong("a delta of question %08x".formatted(delta.question()));
    } else if (delta.index() != next) {
      String what = delta.index() < next ? "a repeat" : "a gap";
      wrong("%s: delta %d came (expected: %d)".formatted(what, delta.index(), next));
    }
    next = delta.index() + 1;
    deltas.accept(delta);
  }

  /// How many deltas have come, if none was wrong.
  int deltas() {
    return next;
  }

  /// The answer ended: it must have come to its proper end, with everything.
  ///
  /// @param deltas how many it must have
  void ended(Told told, int deltas) {
    if (told.kind() != Told.Kind.COMPLETE) {
      wrong(
          "ended after %d deltas by %s (expected: %d, and the end)".formatted(next, told, deltas));
    } else if (next != deltas || !begun.isEmpty()) {
      wrong("ended properly after %d deltas (expected: %d)".formatted(next, deltas));
    }
  }

  /// The provider failed in the middle: that must be told, after all that it had said.
  ///
  /// @param written deltas that it had written
  void failed(Told told, int written) {
    if (told.kind() == Told.Kind.COMPLETE) {
      wrong("was told a proper end after %d deltas, and the provider had failed".formatted(next));
    } else if (told.kind() != Told.Kind.ERROR) {
      wrong("was told %s (expected: an error)".formatted(told));
    } else if (next != written) {
      wrong("was told of an error after %d deltas (expected: %d)".formatted(next, written));
    }
  }

  private void wrong(String words) {
    faults.add("%s, question %08x: %s".formatted(lane, question, words));
  }
}
