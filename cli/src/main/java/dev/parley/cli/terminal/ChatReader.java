package dev.parley.cli.terminal;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import org.jline.reader.LineReader;
import org.jline.reader.Widget;
import org.jline.reader.impl.DefaultParser;
import org.jline.reader.impl.LineReaderImpl;
import org.jline.terminal.Terminal;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStringBuilder;
import org.jline.utils.Status;
import org.jspecify.annotations.Nullable;

/// Reads lines from a person, and is the [Screen] above and below them. Reading belongs to one
/// thread, showing to another; JLine's own lock keeps them apart.
public final class ChatReader extends LineReaderImpl implements Screen {
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

  /// Rows for what is typed and for the status.
  private static final int ROWS_BESIDE = 4;

  private final boolean colours;

  // What follows is guarded by the reader's lock.
  private final Deque<List<AttributedString>> recent = new ArrayDeque<>();
  private List<AttributedString> shownStatus = List.of();
  private List<AttributedString> growing = List.of();
  private AttributedString typedPrompt = AttributedString.EMPTY;

  // Null: there is no place, or no more.
  private volatile @Nullable Status status;

  /// A reader on a terminal.
  ///
  /// @param colours whether the terminal's user wants them
  public ChatReader(Terminal terminal, boolean colours) throws IOException {
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
  public void onKey(Consumer<CharSequence> listener) {
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
  public boolean hasStatus() {
    return status != null;
  }

  @Override
  public void print(List<AttributedString> lines) {
    print(lines, growing);
  }

  /// Shows lines after those shown before, and then some that are not finished, instead of those
  /// that were not: they stand between what was printed and what is typed, as a part of the prompt,
  /// of which only what changes is drawn. Where there is no place for them they are not shown.
  ///
  /// @param unfinished of more than fit the last ones are shown
  public void print(List<AttributedString> lines, List<AttributedString> unfinished) {
    locked(
        () -> {
          growing = hasStatus() ? unfinished : List.of();
          composePrompt();
          if (!lines.isEmpty()) {
            recent.add(lines);
            if (recent.size() > MAX_RECENT) {
              recent.removeFirst();
            }
            printAbove(text(lines));
          } else if (reading) {
            redisplay();
          }
        });
  }

  /// What stands before the line that is typed, as it is: nothing in it is a pattern. When a line
  /// begins to be read, this is called before anything is drawn.
  @Override
  public void setPrompt(@Nullable String typed) {
    locked(
        () -> {
          typedPrompt = new AttributedString(typed == null ? "" : typed);
          composePrompt();
        });
  }

  private void composePrompt() {
    List<AttributedString> lines = new ArrayList<>();
    for (AttributedString line : growing) {
      for (AttributedString part : Wrap.at(getTerminal().getWidth(), line)) {
        lines.add(colours ? part : new AttributedString(part.toString()));
      }
    }
    int place = Math.max(1, getTerminal().getHeight() - ROWS_BESIDE);
    if (lines.size() > place) {
      lines = lines.subList(lines.size() - place, lines.size());
    }
    AttributedStringBuilder all = new AttributedStringBuilder();
    lines.forEach(line -> all.append(line).append('\n'));
    prompt = all.append(typedPrompt).toAttributedString();
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

  @Override
  public int columns() {
    return getTerminal().getWidth();
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
            composePrompt();
            printAbove(all.toString());
          }
        });
  }

  /// Makes room: nothing that was shown is on the screen any more.
  public void makeRoom() {
    locked(
        () -> {
          recent.clear();
          clearScreen();
          Status below = status;
          if (below != null) {
            below.update(shownStatus);
          }
          getTerminal().flush();
        });
  }

  /// Takes the status off the terminal, for good.
  public void tidy() {
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
