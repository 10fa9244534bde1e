package dev.parley.cli.assistant;

import dev.parley.cli.command.CommandFailure;
import dev.parley.cli.command.ExitCode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/// The talk for input that no person types: each line is a turn, or a command, and is answered
/// before the next one is read. Owned by the command's thread.
final class PipedTalk {
  /// How long it is waited for a connection.
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Conversation conversation;
  private final Sessions sessions;
  private final boolean plain;

  /// @param plain commands are turns too
  PipedTalk(Conversation conversation, Sessions sessions, boolean plain) {
    this.conversation = conversation;
    this.sessions = sessions;
    this.plain = plain;
  }

  /// Talks until the end.
  ///
  /// @return one of [ExitCode]
  int run(InputStream in) throws IOException, InterruptedException {
    var lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
    var deeds = new Deeds(conversation, sessions);
    boolean goOn = true;
    while (goOn) {
      awaitAnswers();
      String line = lines.readLine();
      goOn = line != null && deeds.perform(understand(line));
    }
    awaitAnswers();
    int failures = conversation.failures();
    sessions.leave();
    conversation.end();
    return failures > 0 ? ExitCode.FAILED : ExitCode.OK;
  }

  private void awaitAnswers() throws InterruptedException {
    if (conversation.awaitQuiet(PATIENCE)) {
      return;
    }
    String failure = conversation.failure();
    conversation.end();
    throw failure == null
        ? CommandFailure.noAnswer(
            "no connection for %d s; the answer may be at the server: --session goes on with it"
                .formatted(PATIENCE.toSeconds()))
        : CommandFailure.failed(failure);
  }

  private Input understand(String line) {
    if (plain) {
      return line.isBlank() ? new Input.Nothing() : new Input.Say(line);
    }
    return Input.of(line);
  }
}
