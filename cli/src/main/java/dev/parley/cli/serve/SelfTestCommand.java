package dev.parley.cli.serve;

import dev.parley.bench.gateway.GatewayCommand;
import dev.parley.bench.peer.SelfCommand;
import dev.parley.bench.session.SessionsCommand;
import dev.parley.chat.v1.AckEvent;
import dev.parley.chat.v1.ChatEvent;
import dev.parley.chat.v1.GetHistoryRequest;
import dev.parley.chat.v1.SearchMessagesRequest;
import dev.parley.cli.command.CommandFailure;
import dev.parley.cli.command.ExitCode;
import dev.parley.cli.command.Streams;
import dev.parley.client.ChatListener;
import dev.parley.client.JoinFrom;
import dev.parley.client.MessageRef;
import dev.parley.client.OutgoingMessage;
import dev.parley.client.ParleyClient;
import dev.parley.server.ParleyServer;
import dev.parley.server.ServerException;
import dev.parley.server.config.ConfigException;
import dev.parley.server.config.ServerConfig;
import dev.parley.server.config.Setting;
import dev.parley.server.config.Settings;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `parley selftest`. The launcher runs it once after a build too, so that the JVM keeps what it
/// learned of server and client for the next starts.
@Command(
    name = "selftest",
    description = {
      "Check that a server and its clients work on this machine.",
      "",
      "Starts a server on a free port, with its data in a temporary directory, holds conversations"
          + " with it, of people and of models that it plays itself, compares, and removes"
          + " everything again."
    },
    footer = {"", "Exit codes: 0 it works; 1 it does not."})
public final class SelfTestCommand implements Callable<Integer> {
  private static final String ROOM = "general";
  private static final int MESSAGES = 3_000;
  private static final int PATIENCE_SECONDS = 60;
  private static final int MAX_SECONDS = 60;

  /// Time between two words of a model.
  private static final String PACE = "5ms";

  private final Streams streams;
  private final String version;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      defaultValue = "2",
      description = {
        "How long models are asked in each way, 1 to "
            + MAX_SECONDS
            + " (default: ${DEFAULT-VALUE}).",
        "What the JVM is to learn from it takes some thousand questions."
      })
  private int seconds;

  public SelfTestCommand(Streams streams, String version) {
    this.streams = streams;
    this.version = version;
  }

  @Override
  public Integer call() throws Exception {
    if (seconds < 1 || seconds > MAX_SECONDS) {
      throw CommandFailure.usage(
          "--seconds %d (expected: 1 to %d)".formatted(seconds, MAX_SECONDS));
    }
    String provider = "127.0.0.1:" + freePort();
    Path folder = Files.createTempDirectory("parley-selftest-");
    try (ParleyServer server = start(folder, provider)) {
      String address = ServerConfig.text(server.address());
      converse(address);
      askModels(address, server.httpAddress(), provider);
    } finally {
      delete(folder);
    }
    streams
        .err()
        .printf("it works: %,d messages sent, stored and received; models answer%n", MESSAGES);
    return ExitCode.OK;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private ParleyServer start(Path folder, String provider)
      throws IOException, ConfigException, ServerException {
    Path file =
        Files.writeString(
            folder.resolve("parley.conf"),
            """
            provider.fake.kind = compatible
            provider.fake.base-url = http://%s
            provider.simulated.pace = %s
            """
                .formatted(provider, PACE));
    Map<Setting, String> settings =
        Map.of(
            Setting.LISTEN,
            "127.0.0.1:0",
            Setting.HTTP,
            "127.0.0.1:0",
            Setting.DATA,
            folder.resolve("data").toString(),
            Setting.DRAIN_GRACE,
            "0s");
    return ParleyServer.start(ServerConfig.of(Settings.gather(file, Map.of(), settings)), version);
  }

  /// Has a provider's and the simulated model's answers told, by what measures them.
  ///
  /// @param provider where it is to listen
  private void askModels(String address, @Nullable InetSocketAddress http, String provider) {
    if (http == null) {
      throw CommandFailure.failed("no port for HTTP");
    }
    SelfCommand nobody = new SelfCommand("");
    measure(
        GatewayCommand.commandLine(nobody, false),
        ("--server %s --http %s --provider %s --lanes grpc,http --streams 64 --deltas 8 --pace %s"
                + " --seconds %d --warmup 0 --disturb 0")
            .formatted(address, ServerConfig.text(http), provider, PACE, seconds));
    measure(
        SessionsCommand.commandLine(nobody, false),
        "--server %s --sessions 16 --pace %s --seconds 1 --warmup 0".formatted(address, PACE));
  }

  private static void measure(CommandLine command, String options) {
    StringWriter told = new StringWriter();
    int code =
        command
            .setOut(new PrintWriter(Writer.nullWriter()))
            .setErr(new PrintWriter(told))
            .execute(options.split(" "));
    if (code != ExitCode.OK) {
      throw CommandFailure.failed("models do not answer: " + told.toString().strip());
    }
  }

  private static void converse(String address) throws InterruptedException {
    List<String> received = new ArrayList<>();
    CompletableFuture<Boolean> all = new CompletableFuture<>();
    ChatListener listener =
        new ChatListener() {
          @Override
          public void onEvent(ChatEvent event) {
            take(event, received, all);
          }
        };
    try (ParleyClient bob = ParleyClient.builder(address).user("bob").listener(listener).build();
        ParleyClient ann = ParleyClient.builder(address).user("ann").build()) {
      await(bob.connect());
      await(bob.join(ROOM, JoinFrom.history(10)));
      await(ann.connect());
      await(ann.join(ROOM, JoinFrom.history(10)));
      List<CompletableFuture<AckEvent>> acks = new ArrayList<>();
      List<String> sent = new ArrayList<>();
      for (int i = 1; i <= MESSAGES; i++) {
        sent.add("message number " + i);
        acks.add(ann.sendBlocking(OutgoingMessage.text(ROOM, sent.getLast())));
      }
      for (CompletableFuture<AckEvent> ack : acks) {
        await(ack);
      }
      await(all);
      compare("messages received", sent, received);
      await(ann.edit(ROOM, MessageRef.bySequence(acks.getLast().join().getSequence()), "changed"));
      await(ann.react(ROOM, MessageRef.bySequence(acks.getFirst().join().getSequence()), "👍"));
      ask(ann);
    }
  }

  private static void ask(ParleyClient client) {
    int found =
        client
            .search(SearchMessagesRequest.newBuilder().setQuery("changed").setRoomId(ROOM).build())
            .getMessagesCount();
    compare("messages found", 1, found);
    int page = 100;
    compare(
        "messages of history",
        page,
        client
            .history(GetHistoryRequest.newBuilder().setRoomId(ROOM).setLimit(page).build())
            .size());
    compare("people in the room", 2, client.onlineUsers(ROOM).size());
    compare("whether there are rooms", true, !client.rooms(false).isEmpty());
  }

  private static void take(ChatEvent event, List<String> received, CompletableFuture<Boolean> all) {
    if (event.hasMessage()) {
      received.add(event.getMessage().getContent().getText());
      if (received.size() == MESSAGES) {
        all.complete(true);
      }
    }
  }

  private static void compare(String what, Object expected, Object is) {
    if (!expected.equals(is)) {
      throw CommandFailure.failed("%s: not as expected (%s)".formatted(what, shortened(is)));
    }
  }

  private static String shortened(Object value) {
    String text = String.valueOf(value);
    return text.length() > 200 ? text.substring(0, 200) + "…" : text;
  }

  private static void await(Future<?> answer) throws InterruptedException {
    try {
      answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw CommandFailure.failed("refused: " + e.getCause());
    } catch (TimeoutException e) {
      throw CommandFailure.failed("no answer in " + PATIENCE_SECONDS + " s");
    }
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
