package dev.parley.cli.chat;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import org.jline.reader.LineReader;
import org.jline.reader.Widget;
import org.jline.reader.impl.DefaultParser;
import org.jline.reader.impl.LineReaderImpl;
import org.jline.terminal.Terminal;
import org.jline.utils.AttributedString;
import org.jline.utils.Status;
import org.jspecify.annotations.Nullable;

/// Reads lines from a person, and is the [Screen] above and below them. Reading belongs to one
/// thread, showing to another; JLine's own lock keeps them apart.
final class ChatReader extends LineReaderImpl implements Screen {
  /// After these keys the line is another.
  private static final List<String> EDITING =
      List.of(
          LineReader.SELF_INSERT,
          LineReader.BACKWARD_DELETE_CHAR,
          LineReader.BEGIN_PASTE,
          LineReader.KILL_WHOLE_LINE,
          LineReader.BACKWARD_KILL_WORD);

  /// Messages that are drawn anew when the terminal changes its size.
  private static final int MAX_RECENT = 100;

  private final boolean colours;

  // What follows is guarded by the reader's lock.
  private final Deque<List<AttributedString>> recent = new ArrayDeque<>();
  private List<AttributedString> shownStatus = List.of();

  // Null: there is no place, or no more.
  private volatile @Nullable Status status;

  ChatReader(Terminal terminal, boolean colours) throws IOException {
    super(terminal, "parley", null);
    this.colours = colours;
    // Everything typed is text: no quotes, no escapes, no history expansion.
    setParser(new DefaultParser().escapeChars(new char[0]).quoteChars(new char[0]));
    option(Option.DISABLE_EVENT_EXPANSION, true);
    option(Option.BRACKETED_PASTE, true);
    option(Option.INSERT_TAB, false);
    option(Option.HISTORY_BEEP, false);
    option(Option.ERASE_LINE_ON_FINISH, !isDumb(terminal));
    Status below = isDumb(terminal) ? null : Status.getStatus(terminal);
    this.status = below;
  }

  /// Tells what is typed, each time that it changes.
  void onKey(Consumer<CharSequence> listener) {
    for (String name : EDITING) {
      Widget original = getWidgets().get(name);
      if (original != null) {
        getWidgets()
            .put(
                name,
                () -> {
                  boolean done = original.apply();
                  listener.accept(getBuffer().toString());
                  return done;
                });
      }
    }
  }

  /// Whether there is a place for the status; if not, the prompt must tell what is most needed.
  boolean hasStatus() {
    return status != null;
  }

  @Override
  public void print(List<AttributedString> lines) {
    if (lines.isEmpty()) {
      return;
    }
    locked(
        () -> {
          recent.add(lines);
          if (recent.size() > MAX_RECENT) {
            recent.removeFirst();
          }
          printAbove(text(lines));
        });
  }

  private String text(List<AttributedString> lines) {
    StringBuilder text = new StringBuilder();
    for (AttributedString line : lines) {
      for (AttributedString part : Wrap.at(getTerminal().getWidth(), line)) {
        text.append(colours ? part.toAnsi(getTerminal()) : part.toString()).append('\n');
      }
    }
    return text.toString();
  }

  @Override
  public void status(AttributedString line) {
    locked(
        () -> {
          shownStatus = List.of(colours ? line : new AttributedString(line.toString()));
          Status below = status;
          if (below != null) {
            below.update(shownStatus);
          }
        });
  }

  // After a change of size the terminal has moved things in its own way, and JLine would go on
  // drawing where they were; so all that fits is drawn anew.
  @Override
  protected synchronized void handleSignal(Terminal.Signal signal) {
    locked(
        () -> {
          super.handleSignal(signal);
          Status below = status;
          if (signal == Terminal.Signal.WINCH && below != null) {
            clearScreen();
            below.update(shownStatus);
            StringBuilder all = new StringBuilder();
            recent.forEach(lines -> all.append(text(lines)));
            printAbove(all.toString());
          }
        });
  }

  /// Takes the status off the terminal, for good.
  void tidy() {
    locked(
        () -> {
          Status below = status;
          status = null;
          if (below != null) {
            below.update(List.of());
            below.close();
            getTerminal().flush();
          }
        });
  }

  private void locked(Runnable drawing) {
    lock.lock();
    try {
      drawing.run();
    } finally {
      lock.unlock();
    }
  }

  private static boolean isDumb(Terminal terminal) {
    return terminal.getType().startsWith(Terminal.TYPE_DUMB);
  }
}
