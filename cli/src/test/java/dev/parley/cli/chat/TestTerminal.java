package dev.parley.cli.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.cli.command.Streams;
import dev.parley.cli.output.Tty;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.jline.builtins.ScreenTerminal;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.terminal.impl.ExternalTerminal;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/// A chat at a terminal that exists in memory only: keys go in through a pipe, and what comes out
/// is shown on an emulated screen.
final class TestTerminal implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 30;
  private static final char ESCAPE = '\u001b';

  private final PipedOutputStream keys = new PipedOutputStream();
  private final Shown shown;
  private final Terminal terminal;
  private final CompletableFuture<Integer> exitCode = new CompletableFuture<>();

  /// What came out: raw, and as a screen shows it. Waiting ends with each byte that comes.
  private static final class Shown extends OutputStream {
    private final ScreenTerminal screen;
    private final StringBuilder raw = new StringBuilder();
    private final CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    private ByteBuffer rest = ByteBuffer.allocate(0);
    private boolean escape;

    Shown(int columns, int rows) {
      screen = new ScreenTerminal(columns, rows);
    }

    @Override
    public synchronized void write(int b) {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public synchronized void write(byte[] bytes, int from, int length) {
      var all = ByteBuffer.allocate(rest.remaining() + length);
      all.put(rest).put(bytes, from, length).flip();
      var text = CharBuffer.allocate(all.remaining());
      decoder.decode(all, text, false);
      rest = all.slice();
      text.flip();
      raw.append(text);
      text.chars().forEach(c -> show((char) c));
      notifyAll();
    }

    // The emulator goes on to the next row after it was in the last column, even if the cursor was
    // restored in between, which is not so on terminals (DECRC restores that, too); so it is taken
    // out of that column first.
    private void show(char c) {
      if (c == ESCAPE) {
        escape = true;
        return;
      }
      if (escape) {
        screen.write(c == '8' ? "\r" + ESCAPE : String.valueOf(ESCAPE));
        escape = false;
      }
      screen.write(String.valueOf(c));
    }

    synchronized String screen() {
      return screen.toString();
    }

    synchronized String raw() {
      return raw.toString();
    }

    /// How often a line began to be read; JLine asks for marked pastes then.
    synchronized int reads() {
      return raw.toString().split("\u001b\\[\\?2004h", -1).length - 1;
    }

    synchronized String await(String what, Predicate<String> is) throws InterruptedException {
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
      while (!is.test(screen())) {
        long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        assertThat(left).as("waiting for %s on\n%s", what, screen()).isPositive();
        wait(left);
      }
      return screen();
    }
  }

  private TestTerminal(String type, int columns, int rows) throws IOException {
    shown = new Shown(columns, rows);
    InputStream in = new PipedInputStream(keys);
    terminal = new ExternalTerminal("test", type, in, shown, StandardCharsets.UTF_8);
    terminal.setSize(new Size(columns, rows));
  }

  /// Starts a chat.
  ///
  /// @param history where typed lines are kept; null: nowhere
  /// @param args as for `parley chat`
  static TestTerminal chat(boolean colours, @Nullable Path history, String... args)
      throws IOException {
    return new TestTerminal("xterm-256color", 80, 24).start(colours, history, args);
  }

  /// The same on a terminal that can do nothing.
  static TestTerminal dumb(String... args) throws IOException {
    return new TestTerminal("dumb", 80, 24).start(false, null, args);
  }

  private TestTerminal start(boolean colours, @Nullable Path history, String... args) {
    Streams streams =
        new Streams(
            InputStream.nullInputStream(),
            new PrintWriter(Writer.nullWriter()),
            new PrintWriter(Writer.nullWriter()),
            new Tty(true, colours, true, colours));
    var command = new ChatCommand(streams);
    new CommandLine(command).parseArgs(args);
    Thread.ofPlatform()
        .daemon()
        .name("chat-test")
        .start(
            () -> {
              try {
                exitCode.complete(command.talk(terminal, history));
              } catch (Exception | Error e) {
                exitCode.completeExceptionally(e);
              }
            });
    return this;
  }

  /// Presses keys.
  void type(String text) throws IOException {
    keys.write(text.getBytes(StandardCharsets.UTF_8));
    keys.flush();
  }

  /// Types a line.
  void line(String text) throws IOException {
    type(text + "\r");
  }

  /// Waits until the screen shows something.
  ///
  /// @return the screen
  String await(String text) throws InterruptedException {
    return shown.await("\"" + text + "\"", screen -> screen.contains(text));
  }

  /// Waits until a line is read for the n-th time: a signal before that would find nobody.
  void awaitReading(int times) throws InterruptedException {
    var _ = shown.await("line " + times, _ -> shown.reads() >= times);
  }

  String awaitGone(String text) throws InterruptedException {
    return shown.await("no \"" + text + "\"", screen -> !screen.contains(text));
  }

  /// Everything that was written to the terminal.
  String raw() {
    return shown.raw();
  }

  void resize(int columns, int rows) {
    synchronized (shown) {
      shown.screen.setSize(columns, rows);
    }
    terminal.setSize(new Size(columns, rows));
    terminal.raise(Terminal.Signal.WINCH);
  }

  /// Waits for the end of the chat.
  int exitCode() throws InterruptedException, ExecutionException, TimeoutException {
    return exitCode.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  /// Ends the chat, whatever it is doing.
  @Override
  public void close() throws IOException {
    if (!exitCode.isDone()) {
      line("\u0015/quit");
      var _ = exitCode.completeOnTimeout(-1, PATIENCE_SECONDS, TimeUnit.SECONDS).join();
    }
    terminal.close();
  }
}
