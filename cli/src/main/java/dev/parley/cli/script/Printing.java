package dev.parley.cli.script;

import com.google.protobuf.MessageOrBuilder;
import dev.parley.chat.v1.ChatMessage;
import dev.parley.cli.command.Streams;
import dev.parley.cli.output.JsonLines;
import dev.parley.cli.output.PlainText;
import dev.parley.cli.output.Table;
import dev.parley.cli.render.MessageLines;
import dev.parley.cli.render.Styles;
import dev.parley.cli.render.Times;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jline.utils.AttributedString;

/// Prints the data of the commands for scripts. Owned by the command's thread.
///
/// @param streams where to
/// @param user who reads
record Printing(Streams streams, String user) {

  /// One object a line.
  void json(Iterable<? extends MessageOrBuilder> messages) {
    messages.forEach(message -> streams.out().println(JsonLines.of(message)));
    streams.out().flush();
  }

  /// Messages for people, with their dates.
  void messages(List<ChatMessage> messages) {
    var lines = new MessageLines(user, new Times(ZoneId.systemDefault()));
    Map<String, ChatMessage> before = new HashMap<>();
    for (ChatMessage message : messages) {
      lines(lines.dated(message, before.get(message.getReplyToId())));
      before.put(message.getId(), message);
    }
    streams.out().flush();
  }

  /// Messages of many rooms for people: each with its room in front.
  void found(List<ChatMessage> messages) {
    var lines = new MessageLines(user, new Times(ZoneId.systemDefault()));
    for (ChatMessage message : messages) {
      String room = PlainText.line(message.getRoomId()) + "  ";
      lines(
          lines.dated(message, null).stream()
              .map(
                  line ->
                      AttributedString.join(
                          AttributedString.EMPTY, new AttributedString(room, Styles.DIM), line))
              .toList());
    }
    streams.out().flush();
  }

  /// Lines, in colours if a person reads them.
  void lines(List<AttributedString> lines) {
    boolean colours = streams.tty().colours();
    for (AttributedString line : lines) {
      streams.out().println(colours ? ansi(line) : line.toString());
    }
  }

  /// Columns.
  void table(Table table) {
    table.lines().forEach(streams.out()::println);
    streams.out().flush();
  }

  private static String ansi(AttributedString line) {
    return line.toAnsi(256, AttributedString.ForceMode.None);
  }
}
