package dev.parley.cli.assistant;

import dev.parley.assistant.v1.CreateSessionRequest;
import dev.parley.assistant.v1.UpdateSessionRequest;
import dev.parley.cli.command.ServerOptions;
import dev.parley.cli.command.Streams;
import dev.parley.cli.terminal.ChatReader;
import dev.parley.cli.terminal.Screen;
import dev.parley.cli.terminal.StreamScreen;
import java.io.IOException;

/// A talk with a model, from the command line to the exit code. Immutable.
///
/// @param server where
/// @param wanted which session, with which model and instructions
public record AssistantChat(ServerOptions server, Wanted wanted) {
  /// What is wanted of the session; empty: as it is.
  ///
  /// @param session which to go on with, as `/resume` knows it; empty: a new one
  /// @param model of it, PROVIDER/MODEL
  /// @param system instructions for the model
  public record Wanted(String session, String model, String system) {}

  /// Talks on a terminal.
  ///
  /// @return one of [dev.parley.cli.command.ExitCode]
  public int onTerminal(ChatReader reader) throws InterruptedException {
    var conversation = new Conversation(server, new TerminalView(reader), reader);
    Sessions sessions = begin(conversation);
    reader.setCompleter(new TalkCompleter(sessions));
    return new TerminalTalk(reader, conversation, sessions).run();
  }

  /// Talks through pipes.
  ///
  /// @param json answers are events as JSON
  /// @param plain commands are turns too
  /// @return one of [dev.parley.cli.command.ExitCode]
  public int piped(Streams streams, boolean json, boolean plain)
      throws IOException, InterruptedException {
    Screen notes = new StreamScreen(streams.err());
    View view = json ? new JsonView(streams.out()) : new PlainView(streams);
    var conversation = new Conversation(server, view, notes);
    return new PipedTalk(conversation, begin(conversation), plain).run(streams.in());
  }

  private Sessions begin(Conversation conversation) throws InterruptedException {
    var sessions = new Sessions(conversation);
    try {
      if (wanted.session.isEmpty()) {
        sessions.make(
            CreateSessionRequest.newBuilder()
                .setModelId(wanted.model)
                .setSystemPrompt(wanted.system));
      } else {
        UpdateSessionRequest.Builder change = UpdateSessionRequest.newBuilder();
        if (!wanted.model.isEmpty()) {
          change.setModelId(wanted.model);
        }
        if (!wanted.system.isEmpty()) {
          change.setSystemPrompt(wanted.system);
        }
        sessions.resume(wanted.session, change);
      }
      return sessions;
    } catch (RuntimeException failure) {
      conversation.end();
      throw failure;
    }
  }
}
