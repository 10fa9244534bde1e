package dev.parley.bench;

import dev.parley.server.ParleyServer;
import dev.parley.server.config.ServerConfig;
import dev.parley.server.config.Setting;
import dev.parley.server.config.Settings;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/// A program as children of a run need it: `bench` and as much of `serve` as they use.
public final class BenchProgram {
  private BenchProgram() {}

  /// Runs it.
  public static void main(String[] arguments) throws Exception {
    String[] rest = Arrays.copyOfRange(arguments, 1, arguments.length);
    if (arguments[0].equals("serve")) {
      serve(rest);
    } else {
      PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
      System.exit(
          BenchCommand.commandLine(BenchProgram.class.getName(), false).setOut(out).execute(rest));
    }
  }

  private static void serve(String[] options) throws Exception {
    Path file = null;
    Map<Setting, String> settings = new EnumMap<>(Setting.class);
    for (int i = 0; i < options.length; i += 2) {
      if (options[i].equals("--config")) {
        file = Path.of(options[i + 1]);
      } else {
        String name = options[i].substring("--".length()).toUpperCase(Locale.ROOT);
        settings.put(Setting.valueOf(name.replace('-', '_')), options[i + 1]);
      }
    }
    ServerConfig config = ServerConfig.of(Settings.gather(file, Map.of(), settings));
    ParleyServer server = ParleyServer.start(config, "test");
    Runtime.getRuntime().addShutdownHook(new Thread(server::close));
    System.err.println("Parley listens on " + ServerConfig.text(server.address()));
    var http = server.httpAddress();
    if (http != null) {
      System.err.println("http://%s/v1".formatted(ServerConfig.text(http)));
    }
    server.await();
  }
}
