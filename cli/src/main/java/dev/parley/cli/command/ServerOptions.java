package dev.parley.cli.command;

import dev.parley.client.AssistantClient;
import dev.parley.client.AssistantListener;
import dev.parley.client.ChatListener;
import dev.parley.client.ClientBuilder;
import dev.parley.client.ParleyClient;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/// The options of every command that talks to a server. Filled by picocli, then read only.
public final class ServerOptions {
  private static final String CLIENT_NAME = "parley-cli";
  private static final int SILENT_SECONDS = 2;

  // It would tell in pages what the command tells in a line. Held, since loggers are forgotten.
  private static final Logger NETWORK = Logger.getLogger("io.grpc");

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command = CommandSpec.create();

  @Option(
      names = {"-s", "--server"},
      paramLabel = "HOST:PORT",
      scope = ScopeType.INHERIT,
      description = {"The server.", "Default: $$PARLEY_SERVER, or 127.0.0.1:50051."})
  private @Nullable String server;

  @Option(
      names = {"-u", "--user"},
      paramLabel = "NAME",
      scope = ScopeType.INHERIT,
      description = "Who you are. Default: $$PARLEY_USER, else your name on this machine.")
  private @Nullable String user;

  @Option(
      names = "--connect-timeout",
      paramLabel = "SECONDS",
      scope = ScopeType.INHERIT,
      defaultValue = "10",
      description = "How long to try to connect. Default: ${DEFAULT-VALUE}.")
  private int connectSeconds;

  static {
    NETWORK.setLevel(Level.OFF);
  }

  /// Those of a command, else of one above it; null: it talks to no server.
  public static @Nullable ServerOptions of(CommandLine command) {
    for (CommandLine at = command; at != null; at = at.getParent()) {
      for (CommandSpec mixin : at.getCommandSpec().mixins().values()) {
        if (mixin.userObject() instanceof ServerOptions options) {
          return options;
        }
      }
    }
    return null;
  }

  /// What a command was to ask, for its errors; null: what was given is no address.
  public @Nullable String tried() {
    try {
      return server();
    } catch (CommandFailure e) {
      return null;
    }
  }

  /// HOST:PORT.
  ///
  /// @throws CommandFailure if what was given is no address
  public String server() {
    return Given.server(server, System.getenv());
  }

  /// The user's id.
  ///
  /// @throws CommandFailure if what was given is no name
  public String user() {
    return Given.user(user, System.getenv());
  }

  /// A client for calls, without a stream yet.
  public ParleyClient client() {
    return builder().build();
  }

  /// A client description with server, user and deadline set.
  public ClientBuilder builder() {
    return builder(user());
  }

  /// The same for another user.
  ///
  /// @throws CommandFailure if what was given cannot be used
  public ClientBuilder builder(String userId) {
    if (connectSeconds < 1) {
      throw CommandFailure.usage(
          "--connect-timeout: %d (expected: 1 or more)".formatted(connectSeconds));
    }
    return ParleyClient.builder(server())
        .user(userId)
        .clientName(CLIENT_NAME)
        .deadline(Duration.ofSeconds(connectSeconds));
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
    var lastTry = new LastTry();
    ParleyClient client = builder.listener(lastTry.before(listener)).build();
    connect(client.connect(), lastTry, client::close);
    return client;
  }

  /// Opens the stream of a new client that talks with models.
  ///
  /// @throws CommandFailure if there is no connection in time
  public AssistantClient connectAssistant(ClientBuilder builder, AssistantListener listener)
      throws InterruptedException {
    var lastTry = new LastTry();
    AssistantClient client = builder.buildAssistant(lastTry.before(listener));
    connect(client.connect(), lastTry, client::close);
    return client;
  }

  private void connect(CompletableFuture<?> connected, LastTry lastTry, Consumer<Duration> close)
      throws InterruptedException {
    try {
      await(connected, lastTry);
    } catch (ExecutionException failure) {
      close.accept(Duration.ZERO);
      String words = "cannot connect to %s: %s".formatted(server(), Failures.words(failure));
      throw Failures.exitCode(failure) == ExitCode.NO_ANSWER
          ? CommandFailure.noAnswer(words)
          : CommandFailure.failed(words);
    } catch (TimeoutException _) {
      close.accept(Duration.ZERO);
      throw CommandFailure.noAnswer(
          "cannot connect to %s within %d s: %s"
              .formatted(server(), connectSeconds, lastTry.words()));
    }
  }

  // Whoever waits wants to know what for.
  private void await(CompletableFuture<?> connected, LastTry lastTry)
      throws InterruptedException, ExecutionException, TimeoutException {
    int silent = Math.min(SILENT_SECONDS, connectSeconds);
    try {
      connected.get(silent, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      if (silent == connectSeconds) {
        throw e;
      }
      String why = lastTry.words().lines().findFirst().orElse("");
      PrintWriter err = command.commandLine().getErr();
      err.println("cannot reach %s (%s); trying for %d s".formatted(server(), why, connectSeconds));
      err.flush();
      connected.get(connectSeconds - silent, TimeUnit.SECONDS);
    }
  }
}
