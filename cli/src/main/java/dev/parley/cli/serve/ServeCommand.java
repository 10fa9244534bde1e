package dev.parley.cli.serve;

import dev.parley.cli.command.ExitCode;
import dev.parley.server.Logging;
import dev.parley.server.ParleyServer;
import dev.parley.server.ServerException;
import dev.parley.server.config.ConfigException;
import dev.parley.server.config.ServerConfig;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jline.utils.Signals;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// `parley serve`: runs the server until it is told to stop.
@Command(
    name = "serve",
    description = {
      "Run the server, its database inside, until Ctrl-C or SIGTERM.",
      "",
      "Rooms and messages are kept in the data directory, for one server at a time. Each setting "
          + "below can also be given in the environment (PARLEY_LISTEN for --listen, and so on) "
          + "and in a file (--config, or PARLEY_CONFIG). Flags win over the environment, the "
          + "environment wins over the file. parley config shows what holds.",
      ""
    },
    sortOptions = false,
    footer = {
      "",
      "Exit codes: 0 stopped as told; 1 could not start, or not go on; 2 wrong usage.",
      "",
      "Example:  parley serve --listen 0.0.0.0:50051 --data /var/lib/parley"
    })
public final class ServeCommand implements Callable<Integer> {
  private static final Logger LOG = LoggerFactory.getLogger(ServeCommand.class);

  /// How long a signal to stop waits for a server that is about to start.
  private static final int START_SECONDS = 5;

  private final String version;

  @Spec private CommandSpec spec;

  private ServeCommand(String version) {
    this.version = version;
  }

  /// The command with an option for each setting.
  ///
  /// @param version the program's version
  public static CommandLine commandLine(String version) {
    CommandLine command = new CommandLine(new ServeCommand(version));
    SettingOptions.addTo(command.getCommandSpec());
    return command;
  }

  @Override
  public Integer call() throws ConfigException, ServerException {
    ServerConfig config =
        ServerConfig.of(SettingOptions.gather(spec.commandLine().getParseResult()));
    Logging.configure(config.jsonLog(), config.logLevel());
    run(config);
    return ExitCode.OK;
  }

  /// Runs the server until it is stopped. A signal to stop closes it properly from now on, also one
  /// that comes while it starts.
  private void run(ServerConfig config) throws ServerException {
    CompletableFuture<ParleyServer> starting = new CompletableFuture<>();
    Thread stop = new Thread(() -> stop(starting), "parley-stop");
    Runtime.getRuntime().addShutdownHook(stop);
    try {
      ParleyServer server = ParleyServer.start(config, version);
      starting.complete(server);
      if (config.jsonLog()) {
        warnings(server.address(), server.httpAddress()).forEach(LOG::warn); // as all else is told
      } else {
        greet(spec.commandLine().getErr(), config, server.address(), server.httpAddress());
      }
      server.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ServerException | RuntimeException | Error e) {
      starting.completeExceptionally(e);
      forget(stop);
      throw e;
    }
  }

  private static void stop(CompletableFuture<ParleyServer> starting) {
    // Who asks again does not want to wait for streams; what is acknowledged is on disk anyhow.
    Signals.register("INT", () -> Runtime.getRuntime().halt(ExitCode.INTERRUPTED));
    try {
      starting.get(START_SECONDS, TimeUnit.SECONDS).close();
    } catch (ExecutionException | TimeoutException e) {
      // there is nothing to close, or nothing yet that anybody was told of
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    // ended by a signal, a JVM would say 143 or 130, though all is as it should be
    Runtime.getRuntime().halt(ExitCode.OK);
  }

  private static void forget(Thread stop) {
    try {
      Runtime.getRuntime().removeShutdownHook(stop);
    } catch (IllegalStateException e) {
      // it runs already
    }
  }

  static void greet(
      PrintWriter err,
      ServerConfig config,
      InetSocketAddress address,
      @Nullable InetSocketAddress http) {
    String where = ServerConfig.text(address);
    err.printf("Parley listens on %s%n", where);
    if (http != null) {
      err.printf("  http    http://%s/v1 (OpenAI's protocol)%n", ServerConfig.text(http));
    }
    err.printf("  models  of %s (parley models)%n", String.join(", ", config.providerNames()));
    if (config.keepsData()) {
      err.printf("  data    %s%n", config.data());
    } else {
      err.println("  data    is gone when the server stops (durability memory)");
    }
    warnings(address, http)
        .forEach(warning -> err.printf("  warning %s%n", warning.replace("; ", ";\n          ")));
    err.printf("  talk    parley chat --server %s%n", where);
    err.println("  stop    Ctrl-C");
    err.flush();
  }

  private static List<String> warnings(
      InetSocketAddress address, @Nullable InetSocketAddress http) {
    List<String> warnings = new ArrayList<>();
    if (!address.getAddress().isLoopbackAddress()) {
      warnings.add(
          "whoever reaches this address is believed to be who he says he is;"
              + " let only those reach it whom you trust");
    }
    if (http != null && !http.getAddress().isLoopbackAddress()) {
      warnings.add(
          "whoever reaches the HTTP port asks models with this server's keys;"
              + " let only those reach it whom you trust");
    }
    return warnings;
  }
}
