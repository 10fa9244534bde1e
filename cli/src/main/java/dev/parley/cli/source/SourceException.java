package dev.parley.cli.source;

import java.util.List;

/// An input cannot be read as asked; nothing was read yet.
public final class SourceException extends RuntimeException {
  private static final int MAX_SHOWN = 5;

  SourceException(List<String> problems) {
    super(words(problems));
  }

  private static String words(List<String> problems) {
    String shown = String.join("\n", problems.subList(0, Math.min(MAX_SHOWN, problems.size())));
    int more = problems.size() - MAX_SHOWN;
    return more > 0 ? shown + "\n(and %,d more)".formatted(more) : shown;
  }
}
