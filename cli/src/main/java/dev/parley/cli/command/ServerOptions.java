package dev.parley.cli.command;

import dev.parley.client.ChatListener;
import dev.parley.client.ClientBuilder;
import dev.parley.client.ParleyClient;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine.Option;

/// The options of every command that talks to a server. Filled by picocli, then read only.
public final class ServerOptions {
  private static final String CLIENT_NAME = "parley-cli";

  @Option(
      names = {"-s", "--server"},
      paramLabel = "HOST:PORT",
      defaultValue = "${PARLEY_SERVER:-127.0.0.1:50051}",
      description = "The server. Default: $PARLEY_SERVER, else 127.0.0.1:50051.")
  private String server = "";

  @Option(
      names = {"-u", "--user"},
      paramLabel = "NAME",
      defaultValue = "${PARLEY_USER:-${sys:user.name}}",
      description = "Who you are. Default: $PARLEY_USER, else your name on this machine.")
  private String user = "";

  @Option(
      names = "--connect-timeout",
      paramLabel = "SECONDS",
      defaultValue = "10",
      description = "How long to try to connect. Default: ${DEFAULT-VALUE}.")
  private int connectSeconds;

  /// HOST:PORT.
  public String server() {
    return server;
  }

  /// The user's id.
  public String user() {
    return user;
  }

  /// A client for calls, without a stream yet.
  public ParleyClient client() {
    return builder().build();
  }

  /// A client description with server, user and deadline set.
  public ClientBuilder builder() {
    return builder(user);
  }

  /// The same for another user.
  public ClientBuilder builder(String userId) {
    return ParleyClient.builder(server)
        .user(userId)
        .clientName(CLIENT_NAME)
        .deadline(Duration.ofSeconds(Math.max(1, connectSeconds)));
  }

  /// Opens the stream of a new client.
  ///
  /// @throws CommandFailure if there is no connection in time
  public ParleyClient connect(ChatListener listener) throws InterruptedException {
    return connect(builder(), listener);
  }

  /// The same for a client that is described in more detail.
  public ParleyClient connect(ClientBuilder builder, ChatListener listener)
      throws InterruptedException {
    var lastTry = new LastTry(listener);
    ParleyClient client = builder.listener(lastTry).build();
    try {
      client.connect().get(Math.max(1, connectSeconds), TimeUnit.SECONDS);
      return client;
    } catch (ExecutionException failure) {
      client.close(Duration.ZERO);
      throw CommandFailure.noAnswer(
          "cannot connect to %s: %s".formatted(server, Failures.words(failure)));
    } catch (TimeoutException _) {
      client.close(Duration.ZERO);
      throw CommandFailure.noAnswer(
          "cannot connect to %s within %d s: %s"
              .formatted(server, connectSeconds, lastTry.words()));
    }
  }
}
