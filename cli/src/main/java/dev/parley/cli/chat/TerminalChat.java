package dev.parley.cli.chat;

import dev.parley.cli.command.ExitCode;
import java.time.Duration;
import org.jline.reader.EndOfFileException;
import org.jline.reader.UserInterruptException;

/// The chat for a person at a terminal. Owned by the command's thread.
final class TerminalChat {
  private static final Duration FIRST_ROOM = Duration.ofSeconds(2);
  private static final Duration ANSWER = Duration.ofSeconds(2);
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
    Thread atSignal = new Thread(reader::tidy, "tidy");
    Runtime.getRuntime().addShutdownHook(atSignal);
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
    Conversation.End end = conversation.end(PATIENCE);
    reader.tidy();
    Runtime.getRuntime().removeShutdownHook(atSignal);
    if (end.unacked() > 0) {
      reader.getTerminal().writer().println(end.unacked() + " messages were not acknowledged");
      return ExitCode.NO_ANSWER;
    }
    return end.failure() == null ? ExitCode.OK : ExitCode.FAILED;
  }
}
