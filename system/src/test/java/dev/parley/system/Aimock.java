package dev.parley.system;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A program of others that plays providers of models (github.com/CopilotKit/aimock), as a child
/// process: what is answered to which question is in `aimock.json`. Where it cannot be had, the
/// test is skipped, and says so.
final class Aimock implements AutoCloseable {
  private static final String PACKAGE = "@copilotkit/aimock@1.43.0";
  private static final String ENABLE =
      "install Node.js 20 or newer with npm, which fetches %s by itself".formatted(PACKAGE);
  private static final Pattern LISTENS = Pattern.compile("listening on (http://\\S+)");
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Process process;
  private final String key;
  private final Path log;
  private final HttpClient client = HttpClient.newHttpClient();

  private Aimock(Process process, String key, Path log) {
    this.process = process;
    this.key = key;
    this.log = log;
  }

  /// Starts it, and waits until it listens.
  ///
  /// @param key the only credential that it takes, of any provider
  /// @param log gets its output
  static Aimock start(Path fixtures, String key, Path log) {
    ProcessBuilder builder =
        new ProcessBuilder(
            "node", program(), "-p", "0", "-f", fixtures.toString(), "--validate-on-load");
    builder.environment().put("AIMOCK_API_KEYS", key);
    builder.redirectErrorStream(true).redirectOutput(log.toFile());
    try {
      Aimock aimock = new Aimock(builder.start(), key, log);
      Await.until(PATIENCE, () -> "aimock listens: " + aimock.log(), () -> aimock.hasStarted());
      return aimock;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Its path, wherever npm has put it. Started by npx itself it would outlive the test, which can
  /// end only npx.
  private static String program() {
    Processes.Output found =
        Processes.attempt("npx", "--yes", "-p", PACKAGE, "-c", "command -v llmock");
    List<String> lines = found.text().strip().lines().toList();
    String path = lines.isEmpty() ? "" : lines.getLast();
    if (found.code() != 0 || !Files.exists(Path.of(path))) {
      throw Needs.missing("%s cannot be had: %s".formatted(PACKAGE, found.text().strip()), ENABLE);
    }
    return path;
  }

  private String log() {
    try {
      return Files.readString(log, UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private boolean hasStarted() {
    if (!process.isAlive()) {
      throw new AssertionError("aimock did not start: " + log());
    }
    return LISTENS.matcher(log()).find();
  }

  /// Where it is, without a slash at the end.
  String url() {
    Matcher matcher = LISTENS.matcher(log());
    if (!matcher.find()) {
      throw new IllegalStateException("it listens: " + log());
    }
    return matcher.group(1);
  }

  /// What its journal tells of the requests whose bodies contain a text, oldest first.
  List<JsonNode> asked(String said) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url() + "/__aimock/journal"))
            .header("authorization", "Bearer " + key)
            .timeout(PATIENCE)
            .build();
    try {
      String journal = client.send(request, HttpResponse.BodyHandlers.ofString()).body();
      return JsonMapper.shared().readTree(journal).values().stream()
          .filter(entry -> entry.path("body").toString().contains(said))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    client.close();
    process.destroyForcibly();
    try {
      process.waitFor(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
