package dev.parley.cli.chat;

import dev.parley.cli.command.AtSignal;
import dev.parley.cli.command.ExitCode;
import dev.parley.cli.output.Counts;
import dev.parley.cli.output.PlainText;
import dev.parley.cli.render.EventLines;
import dev.parley.cli.terminal.ChatReader;
import java.io.PrintWriter;
import java.time.Duration;
import org.jline.reader.EndOfFileException;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Terminal;

/// The chat for a person at a terminal. Owned by the command's thread.
final class TerminalChat {
  private static final Duration FIRST_ROOM = Duration.ofSeconds(2);
  private static final Duration ANSWER = Duration.ofSeconds(2);
  private static final Duration SILENT = Duration.ofMillis(200);
  private static final Duration PATIENCE = Duration.ofSeconds(3);

  private final ChatReader reader;
  private final Conversation conversation;

  TerminalChat(ChatReader reader, Conversation conversation) {
    this.reader = reader;
    this.conversation = conversation;
  }

  /// Talks until the end.
  ///
  /// @return one of [ExitCode]
  int run() throws InterruptedException {
    reader.onKey(conversation::key);
    conversation.awaitFirstRoom(FIRST_ROOM);
    // A signal that ends the process must leave the terminal as it was.
    AtSignal atSignal = AtSignal.run(reader::tidy);
    boolean goOn = true;
    while (goOn) {
      try {
        String prompt = reader.hasStatus() ? "> " : conversation.prompt();
        goOn = conversation.perform(InputGrammar.parse(reader.readLine(prompt)), ANSWER);
      } catch (UserInterruptException interrupt) {
        // Once clears the line; on an empty line it ends.
        goOn = !interrupt.getPartialLine().isEmpty();
        conversation.key("");
      } catch (EndOfFileException _) {
        goOn = false;
      }
    }
    Conversation.End end = end();
    reader.tidy();
    atSignal.close();
    if (!end.unsent().isEmpty()) {
      PrintWriter out = reader.getTerminal().writer();
      out.println(Counts.of(end.unsent().size(), "message") + " not acknowledged:");
      end.unsent().forEach(text -> out.println("  " + PlainText.line(text)));
      out.flush();
      return ExitCode.NO_ANSWER;
    }
    return end.failure() == null ? ExitCode.OK : ExitCode.FAILED;
  }

  // Whoever ends while something is unsent is told why that takes time.
  private Conversation.End end() throws InterruptedException {
    reader.getTerminal().handle(Terminal.Signal.INT, _ -> conversation.giveUp());
    int unsent = conversation.unacked(SILENT);
    if (unsent > 0) {
      reader.print(
          EventLines.note(
              "%s not sent yet; Ctrl-C again to give %s up"
                  .formatted(Counts.of(unsent, "message"), unsent == 1 ? "it" : "them")));
    }
    return conversation.end(PATIENCE);
  }
}
