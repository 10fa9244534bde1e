package dev.parley.system;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.model.v1.ChatRequest;
import dev.parley.model.v1.ChatResponse;
import dev.parley.model.v1.Credential;
import dev.parley.model.v1.ListModelsRequest;
import dev.parley.model.v1.ModelServiceGrpc;
import dev.parley.model.v1.Role;
import dev.parley.model.v1.VerifyCredentialRequest;
import dev.parley.system.LeakyProvider.Way;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// No credential is told to anybody but its provider, whatever that makes of it: not in errors, not
/// in the log, not in what the server keeps.
@Timeout(300)
class SecretsIT {
  /// The kinds of providers, with what else they need in the configuration.
  private static final Map<String, String> KINDS =
      Map.of(
          "openai", "",
          "azure", "api-version = 2024-10-21",
          "gemini", "",
          "vertex", "project = my-project",
          "replicate", "",
          "anthropic", "",
          "cohere", "",
          "mistral", "",
          "compatible", "");

  /// Of OpenAI the key is where its own tools look for it, of another where the configuration says.
  private static final Map<String, String> VARIABLES =
      Map.of("openai", "OPENAI_API_KEY", "cohere", "TEST_COHERE_KEY");

  private static final int TOO_MANY_BYTES = 2 << 20;

  @TempDir private Path folder;
  private LeakyProvider leaky;
  private final List<Canary> canaries = new ArrayList<>();
  private final Map<String, Canary> keys = new LinkedHashMap<>();
  private final Map<String, String> environment = new LinkedHashMap<>();

  @BeforeEach
  void open() throws IOException {
    leaky = new LeakyProvider();
  }

  @AfterEach
  void close() throws IOException {
    leaky.close();
  }

  private Canary canary(String use) {
    Canary canary = Canary.next(use);
    canaries.add(canary);
    return canary;
  }

  private void assertUntold(String where, byte[] told) {
    assertThat(Canary.traces(told, canaries)).as("told in " + where).isEmpty();
  }

  private void assertUntold(String where, String told) {
    assertUntold(where, told.getBytes(UTF_8));
  }

  /// A configuration of all kinds of providers, and of addresses where there is none.
  private Path configuration() throws IOException {
    int closed;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      closed = socket.getLocalPort();
    }
    StringBuilder lines = new StringBuilder();
    KINDS.forEach(
        (kind, line) -> lines.append(provider(kind, kind, "http://" + leaky.address(), line)));
    lines.append(provider("tls", "anthropic", "https://" + leaky.address(), ""));
    lines.append(provider("closed", "gemini", "http://127.0.0.1:" + closed, ""));
    lines.append(provider("nowhere", "cohere", "http://nobody.invalid", ""));
    return Files.writeString(folder.resolve("parley.conf"), lines);
  }

  private String provider(String name, String kind, String url, String line) {
    Canary key = canary("the key of " + name);
    keys.put(name, key);
    String prefix = "provider." + name + ".";
    String lines = prefix + "kind = " + kind + "\n" + prefix + "base-url = " + url + "\n";
    lines += prefix + "circuit-breaker = off\n"; // each way to fail is wanted
    String variable = VARIABLES.get(name);
    if (variable == null) {
      lines += prefix + "key = " + key.secret() + "\n";
    } else {
      environment.put(variable, key.secret());
      lines += variable.startsWith("TEST") ? prefix + "key = env:" + variable + "\n" : "";
    }
    return line.isEmpty() ? lines : lines + prefix + line + "\n";
  }

  @ParameterizedTest
  @ValueSource(strings = {"text", "json"})
  void serverTellsNoCredential(String log) throws Exception {
    LeftBehind left = LeftBehind.of("secrets-" + log);
    String[] options = {
      "--config",
      configuration().toString(),
      "--log",
      log,
      "--log-level",
      "debug",
      "--http",
      "127.0.0.1:0"
    };
    try (ServerProcess server =
        ServerProcess.start(environment, left.output(), left.data(), options)) {
      ManagedChannel channel = RawStream.channel(server.address());
      try {
        keys.forEach((name, key) -> askInEveryWay(channel, name, key));
        cancelBeforeTheAnswer(channel, server);
        callsOfOneAnswer(channel);
        framesThatAreNoQuestions(channel);
        commands(server);
        overHttp(server);
      } finally {
        channel.shutdownNow();
        left.keepLog(server);
      }
      files(left.folder());
      server.stop();
      left.keepLog(server);
      assertThat(server.log()).contains("Parley listens on");
    }
    files(left.folder());
  }

  private void files(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        assertUntold(file.toString(), Files.readAllBytes(file));
      }
    }
  }

  private static ChatRequest.Builder question(String name, Way way) {
    String model = name.equals("replicate") ? "teller/tale" : "tale";
    ChatRequest.Builder question =
        ChatRequest.newBuilder().setRequestId(way.name()).setModel(name + "/" + model);
    question.addTurnsBuilder().setRole(Role.ROLE_USER).setText("Quote it by " + way + "!");
    return question;
  }

  private static Credential credential(Canary canary) {
    return Credential.newBuilder().setSecret(canary.secret()).build();
  }

  /// All at once, with the key of the configuration and with one's own.
  private void askInEveryWay(ManagedChannel channel, String name, Canary key) {
    Canary own = canary("somebody's own key of " + name);
    Set<Way> ways = EnumSet.complementOf(EnumSet.of(Way.LATE));
    Set<String> open = new HashSet<>();
    try (ModelCall call = ModelCall.open(channel)) {
      for (Way way : ways) {
        ChatRequest.Builder question = question(name, way);
        call.send(question.build());
        open.add(question.getRequestId());
        call.send(question.setRequestId(way + ", own").setCredential(credential(own)).build());
        open.add(question.getRequestId());
      }
      while (!open.isEmpty()) {
        ChatResponse response = call.next();
        assertUntold(response.getRequestId() + " of " + name, response.toByteArray());
        assertThat(response.hasFinished()).as(response.toString()).isFalse();
        if (response.hasError()) {
          open.remove(response.getRequestId());
        }
      }
    }
    if (KINDS.containsKey(name)) { // else there is nobody to quote it
      for (Way way : ways) {
        leaky.awaitQuoted(key, way);
        leaky.awaitQuoted(own, way);
      }
    }
  }

  /// What comes when nobody waits for it any more is dropped, which somebody may want to log.
  private void cancelBeforeTheAnswer(ManagedChannel channel, ServerProcess server) {
    for (String name : KINDS.keySet()) {
      Canary own = canary("a key that is quoted late, of " + name);
      try (ModelCall call = ModelCall.open(channel)) {
        call.send(question(name, Way.LATE).setCredential(credential(own)).build());
        leaky.awaitAsked(own);
        call.send(ChatRequest.newBuilder().setRequestId("LATE").setCancel(true).build());
        assertUntold("the end of " + name, call.next().toByteArray());
      }
    }
    for (String command : List.of("Thread.print", "VM.system_properties", "VM.command_line")) {
      assertUntold(command, server.jcmd(command));
    }
    leaky.release();
    canaries.stream()
        .filter(canary -> canary.use().equals("a key that is quoted late, of replicate"))
        .forEach(canary -> leaky.awaitQuoted(canary, Way.LATE));
  }

  /// Calls whose errors are statuses.
  private void callsOfOneAnswer(ManagedChannel channel) {
    var models = ModelServiceGrpc.newBlockingStub(channel);
    Canary broken = canary("a key with what no header can hold");
    for (String name : keys.keySet()) {
      Canary own = canary("somebody's own key in a call to " + name);
      Canary verified = canary("a key that is verified of " + name);
      for (String secret : List.of("", own.secret(), broken.secret() + "\n" + broken.secret())) {
        ChatRequest.Builder question = question(name, Way.STATUS);
        question.getCredentialBuilder().setSecret(secret);
        try {
          var _ = models.chat(question.build());
          throw new AssertionError("answered by " + name);
        } catch (StatusRuntimeException e) {
          assertUntold("the status of " + name, e + " " + e.getTrailers());
        }
      }
      for (String secret : List.of("", verified.secret(), broken.secret() + "\0")) {
        VerifyCredentialRequest.Builder request =
            VerifyCredentialRequest.newBuilder().setProvider(name);
        request.getCredentialBuilder().setSecret(secret);
        assertUntold(
            "what is said of a key of " + name,
            models.verifyCredential(request.build()).toByteArray());
      }
    }
    assertUntold(
        "the list of models",
        models.listModels(ListModelsRequest.getDefaultInstance()).toByteArray());
  }

  private void framesThatAreNoQuestions(ManagedChannel channel) {
    ChatRequest.Builder question = question("openai", Way.STATUS);
    question.setCredential(credential(canary("a key in a frame that is no question")));
    byte[] whole = question.build().toByteArray();
    List<byte[]> frames = new ArrayList<>();
    for (int length = 1; length < whole.length; length++) {
      frames.add(Arrays.copyOf(whole, length)); // some of which are questions
    }
    frames.add(question.clone().setModel(" \0").build().toByteArray());
    frames.add(question.clone().setRequestId("x".repeat(999)).build().toByteArray());
    frames.add(question.clone().setModel("nobody/x").build().toByteArray());
    question.addTurnsBuilder().setText("x".repeat(TOO_MANY_BYTES));
    frames.add(question.build().toByteArray());
    MethodDescriptor<byte[], byte[]> stream = raw(ModelServiceGrpc.getStreamChatMethod());
    MethodDescriptor<byte[], byte[]> unary = raw(ModelServiceGrpc.getChatMethod());
    for (byte[] frame : frames) {
      try {
        assertUntold(
            "an answer to a frame",
            ClientCalls.blockingUnaryCall(channel, unary, CallOptions.DEFAULT, frame));
      } catch (StatusRuntimeException e) {
        assertUntold("a status of a frame", e + " " + e.getTrailers());
      }
      // A stream that ends after one frame; what it answers comes before the end.
      try {
        ClientCalls.blockingServerStreamingCall(channel, stream, CallOptions.DEFAULT, frame)
            .forEachRemaining(answer -> assertUntold("an answer on a stream", answer));
      } catch (StatusRuntimeException e) {
        assertUntold("a status of a stream", e + " " + e.getTrailers());
      }
    }
  }

  private static MethodDescriptor<byte[], byte[]> raw(
      MethodDescriptor<ChatRequest, ChatResponse> method) {
    MethodDescriptor.Marshaller<byte[]> bytes =
        new MethodDescriptor.Marshaller<>() {
          @Override
          public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
          }

          @Override
          public byte[] parse(InputStream stream) {
            try {
              return stream.readAllBytes();
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          }
        };
    return method.toBuilder(bytes, bytes).build();
  }

  private void overHttp(ServerProcess server) throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      URI base = URI.create("http://" + server.httpAddress());
      for (String name : keys.keySet()) {
        for (String stream : List.of("true", "false")) {
          Canary own = canary("somebody's own key over HTTP, of " + name);
          String model = question(name, Way.STATUS).getModel();
          HttpRequest.Builder asked =
              HttpRequest.newBuilder(base.resolve("/v1/chat/completions"))
                  .header("content-type", "application/json")
                  .header("authorization", "Bearer " + own.secret())
                  .POST(
                      HttpRequest.BodyPublishers.ofString(
                          """
                          {"model": "%s", "stream": %s, "messages":
                           [{"role": "user", "content": "Quote it by STATUS!"}]}
                          """
                              .formatted(model, stream)));
          assertUntold("an answer over HTTP", told(client, asked));
          asked.header("parley-provider-key", own.secret());
          assertUntold("an answer over HTTP to somebody", told(client, asked));
        }
      }
      for (String path : List.of("/v1/models", "/metrics", "/healthz")) {
        assertUntold(path, told(client, HttpRequest.newBuilder(base.resolve(path))));
      }
    }
  }

  private static String told(HttpClient client, HttpRequest.Builder asked) throws Exception {
    HttpResponse<String> answer = client.send(asked.build(), HttpResponse.BodyHandlers.ofString());
    return answer.headers().map() + answer.body();
  }

  private void commands(ServerProcess server) {
    command("ask", "--server", server.address(), "-m", "openai/x", "Quote it by EVENT!");
    command("ask", "--json", "--server", server.address(), "-m", "cohere/x", "Quote it!");
    command("models", "--server", server.address());
    command("models", "--json", "--server", server.address());
  }

  private String command(String... words) {
    ParleyCommand.Result result = ParleyCommand.run(environment, words);
    assertThat(result.code()).as(result.err()).isNotZero();
    assertUntold(String.join(" ", words), result.out() + result.err());
    return result.err();
  }

  @Test
  void configurationIsShownAndRefusedWithoutCredentials() throws Exception {
    Path good = configuration();
    ParleyCommand.Result shown =
        ParleyCommand.run(environment, "config", "--config", good.toString());
    assertThat(shown.code()).as(shown.err()).isZero();
    assertUntold("parley config", shown.out() + shown.err());
    String key = canary("a key beside what is wrong").secret();
    String line = "provider.openai.key = " + key + "\n";
    List<String> wrong =
        List.of(
            line + "provider.openai.kind = nonsense\n",
            line + "provider.openai.pace = 5ms\n",
            line + "provider.openai.base-url = nonsense\n",
            line + "provider.openai.base-url = https://user:" + key + "@example.com\n",
            line + "provider.openai.base-url = https://example.com/?key=" + key + "\n",
            line + "provider.openai.base-url = https://example.com/#" + key + "\n",
            line + "provider.azure.key = env:\n",
            line + "provider.azure.key = " + key + "\n",
            "provider.openai.keys = " + key + "\n",
            "provider..key = " + key + "\n",
            "provider.key = " + key + "\n",
            "key = " + key + "\n",
            // A line that was broken in two.
            "provider.openai.key =\n" + key + "\n",
            "provider.openai.key = \\u12 " + key + "\n",
            "provider.openai.key = env:" + key + "\n");
    for (String lines : wrong) {
      Path file = Files.writeString(folder.resolve("wrong.conf"), lines);
      assertThat(command("config", "--config", file.toString())).contains("expected");
    }
    Path file = Files.writeString(folder.resolve("wrong.conf"), wrong.getFirst());
    assertThat(
            command(
                "serve", "--data", folder.resolve("none").toString(), "--config", file.toString()))
        .contains("provider.openai.kind");
  }
}
