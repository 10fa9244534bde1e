package dev.parley.cli.assistant;

import dev.parley.cli.command.AtSignal;
import dev.parley.cli.command.ExitCode;
import dev.parley.cli.output.Counts;
import dev.parley.cli.render.EventLines;
import dev.parley.cli.terminal.ChatReader;
import org.jline.reader.EndOfFileException;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Terminal;

/// The talk for a person at a terminal. Owned by the command's thread.
final class TerminalTalk {
  private final ChatReader reader;
  private final Conversation conversation;
  private final Sessions sessions;

  TerminalTalk(ChatReader reader, Conversation conversation, Sessions sessions) {
    this.reader = reader;
    this.conversation = conversation;
    this.sessions = sessions;
  }

  /// Talks until the end.
  ///
  /// @return one of [ExitCode]
  int run() throws InterruptedException {
    // A signal that ends the process must leave the terminal as it was.
    AtSignal atSignal = AtSignal.run(reader::tidy);
    // While nobody reads, a command is waited for, which ends by itself.
    Terminal.SignalHandler before =
        reader.getTerminal().handle(Terminal.Signal.INT, Terminal.SignalHandler.SIG_IGN);
    var deeds = new Deeds(conversation, sessions);
    boolean goOn = true;
    boolean warned = false;
    while (goOn && !conversation.isOver()) {
      try {
        String prompt = reader.hasStatus() ? "› " : "You › ";
        goOn = deeds.perform(Input.of(reader.readLine(prompt)));
        warned = false;
      } catch (UserInterruptException interrupt) {
        // Ends what is most urgent: the line, the answer, at last the program.
        if (interrupt.getPartialLine().isEmpty() && !conversation.stop()) {
          goOn = !warned;
          warned = true;
          if (goOn) {
            reader.print(EventLines.note("Ctrl-C once more ends; so does Ctrl-D"));
          }
        }
      } catch (EndOfFileException _) {
        goOn = false;
      }
    }
    reader.getTerminal().handle(Terminal.Signal.INT, before);
    String failure = conversation.failure();
    if (failure == null) {
      sessions.leave();
    }
    int unanswered = conversation.end();
    reader.tidy();
    atSignal.close();
    if (unanswered > 0) {
      reader
          .getTerminal()
          .writer()
          .println(
              Counts.of(unanswered, "request")
                  + " not acknowledged; whether it was done is unknown");
      reader.getTerminal().flush();
      return ExitCode.NO_ANSWER;
    }
    return failure == null ? ExitCode.OK : ExitCode.FAILED;
  }
}
