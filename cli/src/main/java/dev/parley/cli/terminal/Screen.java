package dev.parley.cli.terminal;

import java.util.List;
import org.jline.utils.AttributedString;

/// What a person sees. Called by the [ChatLoop] only.
public interface Screen {
  /// Shows lines after those shown before.
  void print(List<AttributedString> lines);

  /// Shows how things are; replaces what was shown before. Does nothing where there is no place.
  void status(AttributedString line);

  /// Columns of a line; 0: unknown. From any thread.
  default int columns() {
    return 0;
  }
}
