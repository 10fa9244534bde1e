package dev.parley.cli.assistant;

import com.google.protobuf.MessageOrBuilder;
import dev.parley.assistant.v1.Answer;
import dev.parley.assistant.v1.ChatResponse;
import java.util.List;
import org.jline.utils.AttributedString;

/// Where the talk is shown. Called by the loop only.
interface View {
  /// An event of the session, before what it means is shown.
  void event(ChatResponse event);

  /// What the user said.
  ///
  /// @param number of the turn in its session, from 1
  void turn(int number, String text);

  /// More of the answer.
  void chunk(String text);

  /// What has come of the answer is to stand above what is shown next.
  void settle();

  /// The answer is at its end.
  void ended(Answer answer);

  /// What was asked for by a command.
  ///
  /// @param message the same for programs
  void told(MessageOrBuilder message, List<String> lines);

  /// How things are.
  void status(AttributedString line);

  /// Makes room.
  void clear();

  /// Whether a person sees it, who wants to know what was said before.
  boolean showsPast();
}
