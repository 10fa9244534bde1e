package dev.parley.cli.assistant;

import com.google.protobuf.MessageOrBuilder;
import dev.parley.assistant.v1.Answer;
import dev.parley.assistant.v1.ChatResponse;
import dev.parley.cli.markdown.MarkdownStream;
import dev.parley.cli.output.PlainText;
import dev.parley.cli.render.Styles;
import dev.parley.cli.terminal.ChatReader;
import java.util.ArrayList;
import java.util.List;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStringBuilder;
import org.jline.utils.AttributedStyle;

/// The talk on a terminal: finished blocks of an answer scroll by, the one that is being written
/// grows above the line that is typed.
final class TerminalView implements View {
  private static final AttributedStyle USER = AttributedStyle.DEFAULT.bold().foreground(37);

  private final ChatReader reader;
  private MarkdownStream answer = new MarkdownStream();
  private boolean begun;

  TerminalView(ChatReader reader) {
    this.reader = reader;
  }

  @Override
  public void event(ChatResponse event) {
    // Shown as what it means.
  }

  @Override
  public void turn(int number, String text) {
    List<AttributedString> lines = new ArrayList<>();
    lines.add(AttributedString.EMPTY);
    for (String line : PlainText.lines(text)) {
      AttributedStringBuilder said = new AttributedStringBuilder();
      if (lines.size() == 1) {
        said.styled(Styles.DIM, number + " ").styled(USER, "You › ");
      } else {
        said.append("  ");
      }
      lines.add(said.append(line).toAttributedString());
    }
    reader.print(lines);
  }

  @Override
  public void chunk(String text) {
    List<AttributedString> lines = new ArrayList<>();
    if (!begun) {
      begun = true;
      lines.add(AttributedString.EMPTY);
    }
    lines.addAll(answer.add(text));
    reader.print(lines, answer.unfinished());
  }

  @Override
  public void settle() {
    List<AttributedString> lines = answer.settle();
    reader.print(lines, answer.unfinished());
  }

  @Override
  public void ended(Answer ended) {
    List<AttributedString> lines = new ArrayList<>(answer.end());
    lines.add(AttributedString.EMPTY);
    lines.add(new AttributedString(Words.figures(ended), Styles.DIM));
    reader.print(lines, List.of());
    answer = new MarkdownStream();
    begun = false;
  }

  @Override
  public void told(MessageOrBuilder message, List<String> lines) {
    reader.print(
        lines.stream()
            .map(line -> new AttributedString(PlainText.text(line).replace('\n', '␊')))
            .toList());
  }

  @Override
  public void status(AttributedString line) {
    reader.status(line);
  }

  @Override
  public void clear() {
    reader.makeRoom();
  }

  @Override
  public boolean showsPast() {
    return true;
  }
}
