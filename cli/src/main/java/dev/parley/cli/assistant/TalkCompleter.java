package dev.parley.cli.assistant;

import dev.parley.assistant.v1.SessionSummary;
import java.util.List;
import java.util.stream.Stream;
import org.jline.reader.Candidate;
import org.jline.reader.Completer;
import org.jline.reader.LineReader;
import org.jline.reader.ParsedLine;

/// Completes commands, sessions and models. Called on the reader's thread.
final class TalkCompleter implements Completer {
  private final Sessions sessions;

  TalkCompleter(Sessions sessions) {
    this.sessions = sessions;
  }

  @Override
  public void complete(LineReader reader, ParsedLine line, List<Candidate> candidates) {
    candidates(line.words(), line.wordIndex()).map(Candidate::new).forEach(candidates::add);
  }

  /// What the word at this index may become.
  private Stream<String> candidates(List<String> words, int index) {
    String first = words.isEmpty() ? "" : words.getFirst();
    if (index == 0 && first.startsWith("/")) {
      return Stream.of(CommandWord.values()).map(CommandWord::typed);
    }
    CommandWord command = CommandWord.of(first);
    if (index != 1 || command == null) {
      return Stream.empty();
    }
    return switch (command) {
      case RESUME, DELETE ->
          sessions.listed().stream().map(SessionSummary::getSessionId).map(Words::id);
      case NEW, MODEL -> sessions.models().stream();
      case HELP -> Stream.of(CommandWord.values()).map(word -> word.typed().substring(1));
      case EDIT -> Stream.of("last");
      default -> Stream.empty();
    };
  }
}
