package dev.parley.cli.terminal;

import java.io.PrintWriter;
import java.util.List;
import org.jline.utils.AttributedString;

/// Plain lines for whatever reads them. Thread-safe.
///
/// @param out where to
public record StreamScreen(PrintWriter out) implements Screen {
  @Override
  public void print(List<AttributedString> lines) {
    lines.forEach(line -> out.println(line.toString()));
    out.flush();
  }

  @Override
  public void status(AttributedString line) {
    // There is no place for it.
  }
}
