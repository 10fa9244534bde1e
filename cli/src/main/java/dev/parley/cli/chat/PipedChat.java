package dev.parley.cli.chat;

import dev.parley.cli.command.CommandFailure;
import dev.parley.cli.command.ExitCode;
import dev.parley.cli.output.Counts;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/// The chat for input that no person types: each line is a message, or a command; at the end of the
/// input everything is acknowledged, or it is an error. Owned by the command's thread.
final class PipedChat {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int MAX_UNACKED = 256;

  private final Conversation conversation;
  private final boolean plain;

  /// @param plain commands are messages too
  PipedChat(Conversation conversation, boolean plain) {
    this.conversation = conversation;
    this.plain = plain;
  }

  /// Talks until the end.
  ///
  /// @return one of [ExitCode]
  int run(InputStream in) throws IOException, InterruptedException {
    var lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
    conversation.awaitFirstRoom(PATIENCE);
    boolean goOn = true;
    for (String line = lines.readLine(); line != null && goOn; line = lines.readLine()) {
      conversation.awaitRoom(MAX_UNACKED);
      goOn = conversation.perform(understand(line), PATIENCE);
    }
    Conversation.End end = conversation.end(PATIENCE);
    if (end.failure() != null) {
      throw CommandFailure.failed(end.failure());
    }
    if (!end.unsent().isEmpty()) {
      throw CommandFailure.noAnswer(
          "%s not acknowledged; whether they were said is unknown"
              .formatted(Counts.of(end.unsent().size(), "message")));
    }
    return end.refused() > 0 ? ExitCode.FAILED : ExitCode.OK;
  }

  // What only looks like a command, such as a path, is a message.
  private ChatInput understand(String line) {
    if (plain) {
      return line.isBlank() ? new ChatInput.Nothing() : new ChatInput.Say(line);
    }
    ChatInput input = InputGrammar.parse(line);
    boolean unknown = input instanceof ChatInput.Wrong wrong && wrong.unknownCommand();
    return unknown ? new ChatInput.Say(line) : input;
  }
}
