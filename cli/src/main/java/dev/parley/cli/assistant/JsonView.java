package dev.parley.cli.assistant;

import com.google.protobuf.MessageOrBuilder;
import dev.parley.assistant.v1.Answer;
import dev.parley.assistant.v1.ChatResponse;
import dev.parley.cli.output.JsonLines;
import java.io.PrintWriter;
import java.util.List;
import org.jline.utils.AttributedString;

/// The talk for programs: each event, and each answer to a command, is a JSON object in a line.
final class JsonView implements View {
  private final PrintWriter out;

  JsonView(PrintWriter out) {
    this.out = out;
  }

  @Override
  public void event(ChatResponse event) {
    print(event);
  }

  @Override
  public void turn(int number, String text) {
    // An event tells it.
  }

  @Override
  public void chunk(String text) {
    // An event tells it.
  }

  @Override
  public void settle() {
    // Every event has a line of its own.
  }

  @Override
  public void ended(Answer answer) {
    // An event tells it.
  }

  @Override
  public void told(MessageOrBuilder message, List<String> lines) {
    print(message);
  }

  private void print(MessageOrBuilder message) {
    out.println(JsonLines.of(message));
    out.flush();
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
