package dev.parley.cli;

import dev.parley.cli.command.Streams;
import dev.parley.cli.output.Tty;
import dev.parley.server.ParleyServer;
import dev.parley.server.config.ServerConfig;
import dev.parley.server.config.Setting;
import dev.parley.server.config.Settings;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/// A real server for each test, with its data in a directory of its own, and commands that talk to
/// it.
public final class TestParley implements BeforeEachCallback, AfterEachCallback {
  private String lines = "";
  private Path folder;
  private ParleyServer server;
  private InetSocketAddress address;

  /// With lines of a file of settings, which only such a file can hold.
  public TestParley withLines(String text) {
    lines = text;
    return this;
  }

  /// What a command did.
  public record Result(int exitCode, String out, String err) {
    public List<String> lines() {
      return out.lines().toList();
    }
  }

  /// Runs a command that talks to the server.
  public Result run(String... args) {
    return runWith("", args);
  }

  /// The same with a standard input.
  public Result runWith(String in, String... args) {
    List<String> all = new ArrayList<>(List.of(args));
    all.add("--server=" + server());
    return command(in, all.toArray(String[]::new));
  }

  /// Runs a command as it is, without any server.
  public static Result command(String in, String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    Streams streams = streams(in, out, err);
    int exitCode = exitCode(streams, args);
    streams.out().flush();
    streams.err().flush();
    return new Result(exitCode, out.toString(), err.toString());
  }

  /// Runs a command whose output is looked at meanwhile.
  public static int exitCode(Streams streams, String... args) {
    return Main.run(streams, args);
  }

  /// Streams without a terminal.
  public static Streams streams(String in, Writer out, Writer err) {
    return new Streams(
        new ByteArrayInputStream(in.getBytes(StandardCharsets.UTF_8)),
        new PrintWriter(out),
        new PrintWriter(err),
        Tty.NONE);
  }

  /// HOST:PORT.
  public String server() {
    return ServerConfig.text(address);
  }

  /// Where the test may keep files; emptied after it.
  public Path folder() {
    return folder;
  }

  public Path data() {
    return folder.resolve("data");
  }

  public void stop() {
    server.close();
  }

  /// Starts a server with other data.
  public void startEmpty() throws Exception {
    start(folder.resolve("other"), 0);
  }

  /// Starts it again, at the same address.
  public void startAgain() throws Exception {
    start(data(), address.getPort());
  }

  /// Starts it again with a backup of its data.
  public void restore() throws Exception {
    stop();
    String file = folder.resolve("backup-" + System.nanoTime() + ".db").toString();
    String data = "--data=" + data();
    if (command("", "backup", data, file).exitCode() != 0
        || command("", "restore", data, file, "--replace").exitCode() != 0) {
      throw new IllegalStateException("not restored");
    }
    startAgain();
  }

  private void start(Path data, int port) throws Exception {
    Map<Setting, String> settings = new EnumMap<>(Setting.class);
    settings.put(Setting.LISTEN, "127.0.0.1:" + port);
    settings.put(Setting.HTTP, "off");
    settings.put(Setting.DURABILITY, "os");
    settings.put(Setting.PRESENCE_INTERVAL, "10ms");
    settings.put(Setting.DRAIN_GRACE, "0s");
    settings.put(Setting.DATA, data.toString());
    Path file = Files.writeString(folder.resolve("parley.conf"), lines);
    server = ParleyServer.start(ServerConfig.of(Settings.gather(file, Map.of(), settings)), "test");
    address = server.address();
  }

  @Override
  public void beforeEach(ExtensionContext context) throws Exception {
    folder = Files.createTempDirectory("parley-cli-test-");
    start(data(), 0);
  }

  @Override
  public void afterEach(ExtensionContext context) throws IOException {
    server.close();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
