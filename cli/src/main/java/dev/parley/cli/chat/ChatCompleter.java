package dev.parley.cli.chat;

import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jline.reader.Candidate;
import org.jline.reader.Completer;
import org.jline.reader.LineReader;
import org.jline.reader.ParsedLine;

/// Completes commands, rooms, people and what else a command takes. Called on the reader's thread.
final class ChatCompleter implements Completer {
  private static final List<String> EMOJIS = List.of("👍", "👎", "❤", "😂", "🎉", "👀", "✅");

  private final Supplier<KnownNames> known;

  /// @param known what there is now; safe to call on any thread
  ChatCompleter(Supplier<KnownNames> known) {
    this.known = known;
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
    if (index == 1 && command != null) {
      return firstArgument(command.kind());
    }
    if (index == 2 && command == CommandWord.REACT) {
      return EMOJIS.stream();
    }
    if (index == 2 && command == CommandWord.INVITE) {
      return Stream.of("member", "moderator", "owner");
    }
    boolean mention = index < words.size() && words.get(index).startsWith("@");
    return mention ? mentions() : Stream.empty();
  }

  private Stream<String> firstArgument(CommandWord.Kind kind) {
    return switch (kind) {
      case ROOM -> known.get().rooms().stream();
      case JOINED_ROOM -> known.get().joined().stream();
      case USER -> known.get().users().stream();
      case TARGET -> Stream.concat(Stream.of("last"), numbers());
      case STATUS -> Stream.of("online", "away", "busy");
      case COMMAND -> Stream.of(CommandWord.values()).map(word -> word.typed().substring(1));
      case TEXT -> mentions();
      case NOTHING -> Stream.empty();
    };
  }

  private Stream<String> mentions() {
    return known.get().users().stream().map(user -> "@" + user);
  }

  private Stream<String> numbers() {
    return known.get().numbers().stream().map(String::valueOf);
  }
}
