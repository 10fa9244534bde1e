package dev.parley.cli.assistant;

import com.google.protobuf.MessageOrBuilder;
import dev.parley.assistant.v1.Answer;
import dev.parley.assistant.v1.ChatResponse;
import dev.parley.cli.command.Streams;
import dev.parley.cli.output.PlainText;
import java.util.List;
import org.jline.utils.AttributedString;

/// The talk for whatever reads standard output: answers as they are, and nothing else.
final class PlainView implements View {
  private final Streams streams;

  /// Whether what was printed last is in the middle of a line.
  private boolean open;

  PlainView(Streams streams) {
    this.streams = streams;
  }

  @Override
  public void event(ChatResponse event) {
    // Shown as what it means.
  }

  @Override
  public void turn(int number, String text) {
    // Whoever pipes it in knows it.
  }

  @Override
  public void chunk(String text) {
    streams.out().print(streams.tty().output() ? PlainText.text(text) : text);
    streams.out().flush();
    open = text.isEmpty() ? open : !text.endsWith("\n");
  }

  @Override
  public void settle() {
    // Elsewhere than on a screen, answers stay as they are.
    if (open && streams.tty().output() && streams.tty().error()) {
      endLine();
    }
  }

  private void endLine() {
    streams.out().println();
    streams.out().flush();
    open = false;
  }

  @Override
  public void ended(Answer answer) {
    if (open) {
      endLine();
    }
    if (streams.tty().error()) {
      streams.err().println(Words.figures(answer));
      streams.err().flush();
    }
  }

  @Override
  public void told(MessageOrBuilder message, List<String> lines) {
    lines.forEach(streams.out()::println);
    streams.out().flush();
  }

  @Override
  public void status(AttributedString line) {
    // There is no place for it.
  }

  @Override
  public void clear() {
    // Nothing is on a screen.
  }

  @Override
  public boolean showsPast() {
    return false;
  }
}
